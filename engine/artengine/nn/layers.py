"""The layers of a network that a step calls, and their outputs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import keras
import numpy as np
from keras import ops

from artengine.nn.step import Step
from artengine.nn.step_model import StepModel

Call: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class LayerOutput:
    """The output of a layer in a step.

    Args:
        name: the layer's name in presets.
        kind: its class.
        shape: the output's shape without the batch; empty if the output is not one tensor.
        calls: how often a step calls the layer.
    """

    name: str
    kind: str
    shape: tuple[int, ...] = ()
    calls: int = 0

    @property
    def spatial(self) -> bool:
        """Whether it is a feature map `(H, W, C)`."""
        return len(self.shape) == 3


def named_layers(network: Any) -> dict[str, keras.Layer]:
    """Return the layers of a network by their names in presets; layers of a nested network are
    prefixed with its name, as in `encoder/conv2d_1`.

    Keras numbers the layers of all networks of a process together. Here they are numbered within
    their network, so that a name does not depend on what was built before.
    """
    found: dict[str, keras.Layer] = {}
    counted: Counter[str] = Counter()
    for layer in network.layers if isinstance(network, keras.Model) else ():
        name = _own_name(layer, counted)
        if isinstance(layer, keras.Model):
            found |= {f"{name}/{inner}": each for inner, each in named_layers(layer).items()}
        elif not isinstance(layer, keras.layers.InputLayer):
            found[name] = layer
    return found


def layer_outputs(
    model: StepModel, network: keras.Model, size: tuple[int, int] = (64, 64)
) -> list[LayerOutput]:
    """Return the outputs of the layers that a step calls, in the order of the network. Only the
    state before the first step is computed; the step itself is traced.

    Args:
        size: width and height of the frames, in pixels.
    """
    width, height = size
    step, layers = Step(model, network), named_layers(network)
    made: dict[str, list[tuple[int, ...]]] = {name: [] for name in layers}

    def noting(name: str, call: Call) -> Call:
        def noted(*args: Any, **kwargs: Any) -> Any:
            given = call(*args, **kwargs)
            made[name].append(tuple(given.shape[1:]) if ops.is_tensor(given) else ())
            return given

        return noted

    frames = [ops.zeros((height, width, 3)) for _ in range(model.context)]
    seed = ops.zeros((2,), "int32")
    values = {
        name: np.asarray(getattr(model, name)).astype(
            np.int32 if isinstance(getattr(model, name), int) else np.float32
        )
        for name in type(model).automatable()
    }
    state = step.initial_state(frames, seed)
    with calls_replaced(layers, noting):
        _Traced(step).compute_output_spec(frames, state, seed, values)
    return [
        LayerOutput(name, type(layer).__name__, made[name][-1], len(made[name]))
        for name, layer in layers.items()
        if made[name]
    ]


class _Traced(keras.Operation):  # type: ignore[misc]
    """A step as an operation whose output shapes Keras infers."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self._step = step

    def call(self, *given: Any) -> Any:
        return self._step(*given)


@contextmanager
def calls_replaced(
    layers: Mapping[str, keras.Layer], replacement: Callable[[str, Call], Call]
) -> Iterator[None]:
    """Replace the `call` of layers in this context.

    Args:
        layers: the layers by their names in presets.
        replacement: returns the replacement from a layer's name and its own `call`.
    """
    try:
        for name, layer in layers.items():
            # Bypass Keras's `__setattr__`, which tracks the attributes of layers.
            vars(layer)["call"] = replacement(name, layer.call)
        yield
    finally:
        for layer in layers.values():
            vars(layer).pop("call", None)


def _own_name(layer: keras.Layer, counted: Counter[str]) -> str:
    """Return a layer's name; an automatic name gets the layer's number in its network."""
    plain = _class_name(layer)
    if not re.fullmatch(rf"{plain}(_\d+)?", layer.name):
        return str(layer.name)
    number = counted[plain]
    counted[plain] += 1
    return f"{plain}_{number}" if number else plain


def _class_name(layer: keras.Layer) -> str:
    """Return a layer's automatic name in Keras without its number, such as `max_pooling2d`."""
    name = re.sub(r"\W+", "", type(layer).__name__)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
