"""One compiled step of a network, from frames to a frame, for the dream loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from artengine.frame import Frame
from artengine.nn.stepper import Stepper
from artengine.nn.tiles import Tile, Tiles, plan


class Predictor:
    """Predicts the next frame from the last n. Traced once for each frame size.

    Frames that are seen again, as all but the newest of a history are, stay on the device. The
    model's automatable numbers are read at each step, and are arguments of what is traced, so that
    changing them does not trace it anew.

    Args:
        model, network: what is stepped.
        tile: how frames are cut that would take too much memory whole; see `tiles.plan`.
    """

    def __init__(self, model: Stepper, network: keras.Model, *, tile: Tile = "auto") -> None:
        self._model = model
        self._network = network
        self._step = compiled(self._traced)
        self._automated = {
            name: "int32" if isinstance(getattr(model, name), int) else "float32"
            for name in sorted(type(model).automatable())
        }
        self._state: tuple[Any, ...] | None = None
        self._kept: dict[int, tuple[Frame, Any]] = {}
        self._tile = tile
        self._tiles: dict[tuple[int, ...], Tiles | None] = {}

    def reset(self) -> None:
        """Forget a recurrent network's state, as before a film's first frame."""
        self._state = None

    def state(self) -> list[npt.NDArray[np.generic]]:
        """A recurrent network's state as arrays; empty for one that carries nothing."""
        return [ops.convert_to_numpy(part) for part in self._state or ()]

    def restore(self, state: Sequence[npt.NDArray[np.generic]]) -> None:
        """Take back what `state` gave out; nothing means before the first step."""
        self._state = tuple(ops.convert_to_tensor(part) for part in state) or None

    def __call__(self, frames: Sequence[Frame], seed: tuple[int, int] = (0, 0)) -> Frame:
        """Predict.

        Args:
            frames: the context, in the order the network is shown it, each float32 `(H, W, 3)`
                and never written to afterwards.
            seed: two numbers below 2**31 for networks that sample.

        Returns:
            The prediction, float32 `(H, W, 3)`.

        Raises:
            UsageError: when it is to be cut into tiles smaller than the model can use.
        """
        shape = frames[0].shape
        if shape not in self._tiles:
            self._tiles[shape] = plan(self._model, shape[0], shape[1], self._tile)
        tiles = self._tiles[shape]
        if tiles is None:
            return self._predict(frames, seed)
        return tiles.predict(frames, lambda cut: self._predict(cut, seed))

    def _predict(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
        tensors = [self._tensor(frame) for frame in frames]
        self._kept = {id(f): (f, t) for f, t in zip(frames, tensors, strict=True)}
        if self._state is None:
            self._state = self._model.initial_state(self._network, self._stack(tensors))
        values = {
            name: ops.convert_to_tensor(getattr(self._model, name), dtype=dtype)
            for name, dtype in self._automated.items()
        }
        prediction, self._state = self._step(
            tensors, self._state, ops.convert_to_tensor(seed, dtype="int32"), values
        )
        result: Frame = np.asarray(ops.convert_to_numpy(prediction), dtype=np.float32)
        return result

    def _tensor(self, frame: Frame) -> Any:
        kept = self._kept.get(id(frame))
        return ops.convert_to_tensor(frame, dtype="float32") if kept is None else kept[1]

    def _stack(self, tensors: Sequence[Any]) -> Any:
        return pad_to_multiple(
            ops.expand_dims(ops.concatenate(tensors, axis=-1), 0), self._model.multiple
        )

    def _traced(
        self,
        tensors: Sequence[Any],
        state: tuple[Any, ...],
        seed: Any,
        values: Mapping[str, Any],
    ) -> tuple[Any, tuple[Any, ...]]:
        height, width, _ = tensors[0].shape
        # A copy, so that the model itself never holds a tensor of a trace.
        model = copy(self._model)
        for name, value in values.items():
            setattr(model, name, value)
        prediction, state = model.step(
            self._network, self._stack(tensors), state, seed, training=False
        )
        return ops.cast(prediction[0, :height, :width], "float32"), state


def pad_to_multiple(batch: Any, multiple: int) -> Any:
    """Repeat the last row and column of `(B, H, W, C)` until H and W divide by `multiple`."""
    for axis in (1, 2):
        missing = -batch.shape[axis] % multiple
        if missing:
            last = batch[:, -1:] if axis == 1 else batch[:, :, -1:]
            batch = ops.concatenate([batch, ops.repeat(last, missing, axis=axis)], axis=axis)
    return batch


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Trace a function of tensors, once for each of their shapes, and differentiate nothing."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        # What is traced is written with `keras.ops`; reading its source would only take time.
        traced: Callable[..., Any] = tf.function(function, autograph=False, reduce_retracing=False)
        return traced
    if backend == "jax":
        import jax

        return jax.jit(function)  # type: ignore[no-any-return, unused-ignore]
    import torch

    return torch.no_grad()(function)  # type: ignore[no-any-return, unused-ignore]
