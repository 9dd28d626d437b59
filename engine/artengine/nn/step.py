"""A model's step as one function of tensors, which every runtime traces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from typing import Any, Protocol

import keras
from keras import ops

from artengine.nn.float32_outputs import Float32Outputs
from artengine.nn.step_model import StepModel


class Bends(Protocol):
    """Changes to layers within a step; `artengine.nn.bending.Bending` implements it."""

    def inputs(self) -> Mapping[str, Any]:
        """Return its inputs by name."""

    def within(self, values: Mapping[str, Any], seed: Any) -> AbstractContextManager[None]:
        """Change the outputs of layers in this context, given inputs and seed of the step."""


class Step:
    """A step with a network, from frames of any size to a frame of the same size.

    Frames are padded to the network's size divisor, and the prediction is cropped back.

    Args:
        model, network: the model and its network.
        fixed: whether the network's weights are constants in a trace, which compilers can fold;
            False for a network in training.
        bends: the bends of its layers; none by default.
        planes: whether frames are `(3, H, W)`. Concatenating them copies three large blocks per
            frame instead of single pixels, and many compilers prefer this layout.
    """

    def __init__(
        self,
        model: StepModel,
        network: keras.Model,
        *,
        fixed: bool = False,
        bends: Bends | None = None,
        planes: bool = False,
    ) -> None:
        self._model = model
        self._bends = bends
        self._planes = planes
        self._network = Float32Outputs(network)
        variables = network.variables if fixed else []
        self._weights = [(v, ops.convert_to_numpy(v.value)) for v in variables]

    def __call__(
        self,
        frames: Sequence[Any],
        state: tuple[Any, ...],
        seed: Any,
        values: Mapping[str, Any],
    ) -> tuple[Any, tuple[Any, ...]]:
        """Compute the prediction and the next state.

        Args:
            frames: the context, float32 `(H, W, 3)` each, or planes.
            state: the state that the last step or `initial_state` returned.
            seed: int32 `(2,)`.
            values: the model's automatable numbers, scalars by name, and the inputs of the bends.

        Returns:
            The prediction, float32 `(H, W, 3)`, and the state.
        """
        height, width = frames[0].shape[1:] if self._planes else frames[0].shape[:2]
        # Change a copy, so that the model itself never holds a traced tensor.
        model = copy(self._model)
        for name in values.keys() & type(model).automatable():
            setattr(model, name, values[name])
        bent = self._bends.within(values, seed) if self._bends else nullcontext()
        with self._constants(), bent:
            prediction, state = model.step(
                self._network, self._stack(frames), state, seed, training=False
            )
        return ops.cast(cropped(prediction, height, width)[0], "float32"), state

    def initial_state(self, frames: Sequence[Any], seed: Any) -> tuple[Any, ...]:
        """Compute the state before the first step from the context and that step's seed."""
        with self._constants():
            return tuple(self._model.initial_state(self._network, self._stack(frames), seed))

    def _stack(self, frames: Sequence[Any]) -> Any:
        if self._planes:
            stack = ops.transpose(ops.concatenate(frames, axis=0), (1, 2, 0))
        else:
            stack = ops.concatenate(frames, axis=-1)
        return pad_to_multiple(ops.expand_dims(stack, 0), self._model.size_divisor)

    def _constants(self) -> Any:
        if not self._weights:
            return nullcontext()
        return keras.StatelessScope(
            state_mapping=[(v, ops.convert_to_tensor(weight)) for v, weight in self._weights]
        )


def pad_to_multiple(batch: Any, size_divisor: int) -> Any:
    """Repeat the last row and column of `(B, H, W, C)` until H and W divide by `size_divisor`."""
    for axis in (1, 2):
        missing = -batch.shape[axis] % size_divisor
        if missing:
            last = batch[:, -1:] if axis == 1 else batch[:, :, -1:]
            batch = ops.concatenate([batch, ops.repeat(last, missing, axis=axis)], axis=axis)
    return batch


def cropped(batch: Any, height: int, width: int) -> Any:
    """Return the first rows and columns of `(B, H, W, C)`, undoing `pad_to_multiple`."""
    # The gradient of a slice is costly, even if the slice keeps everything.
    if batch.shape[1:3] == (height, width):
        return batch
    return batch[:, :height, :width]


def compiled(
    function: Callable[..., Any], variables: Sequence[keras.Variable] = ()
) -> Callable[..., Any]:
    """Compile a function of tensors without gradients; it is traced once for each set of shapes.

    Args:
        function: the function.
        variables: the variables that it reads and that may change between calls. TensorFlow and
            Torch find them by themselves.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        # The function uses `keras.ops`, so AutoGraph would only cost time.
        traced: Callable[..., Any] = tf.function(function, autograph=False, reduce_retracing=False)
        return traced
    if backend == "jax":
        return _compiled_by_jax(function, variables)
    import torch

    return torch.no_grad()(function)  # type: ignore[no-any-return, unused-ignore]


def _compiled_by_jax(
    function: Callable[..., Any], variables: Sequence[keras.Variable]
) -> Callable[..., Any]:
    import jax

    def pure(values: Sequence[Any], arguments: Sequence[Any]) -> Any:
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return function(*arguments)

    # Without `pure`, a variable's current value would become a constant of the program.
    program = jax.jit(pure if variables else lambda _, arguments: function(*arguments))
    return lambda *arguments: program([variable.value for variable in variables], arguments)
