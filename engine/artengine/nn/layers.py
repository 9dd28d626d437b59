"""The layers of a network that a step calls, and what they give out."""

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
    """What a layer gives out in a step.

    Args:
        name: what presets call the layer.
        kind: its class.
        shape: of what it gives out, without the batch; empty where that is not one tensor.
        calls: how often a step calls it.
    """

    name: str
    kind: str
    shape: tuple[int, ...] = ()
    calls: int = 0

    @property
    def spatial(self) -> bool:
        """Whether it gives out a feature map `(H, W, C)`."""
        return len(self.shape) == 3


def named_layers(network: Any) -> dict[str, keras.Layer]:
    """The layers of a network by what presets call them; those of a network inside of it have that
    one's name before theirs, as `encoder/conv2d_1`.

    Keras counts the layers of all networks of a process together. Here they are counted within
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
    """What the layers that a step calls give out, in the order of the network. Nothing is computed
    but the state before the first step.

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
    """A step, of which Keras tells what it would give out."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self._step = step

    def call(self, *given: Any) -> Any:
        return self._step(*given)


@contextmanager
def calls_replaced(
    layers: Mapping[str, keras.Layer], replacement: Callable[[str, Call], Call]
) -> Iterator[None]:
    """Have layers call something else meanwhile, wherever in a step they are called.

    Args:
        layers: by what presets call them.
        replacement: from a layer's name and its own `call` to what is called in its place.
    """
    try:
        for name, layer in layers.items():
            # Past Keras, which keeps track of what layers are given.
            vars(layer)["call"] = replacement(name, layer.call)
        yield
    finally:
        for layer in layers.values():
            vars(layer).pop("call", None)


def _own_name(layer: keras.Layer, counted: Counter[str]) -> str:
    """A layer's name; of a name that Keras made of its class, with the number in its network."""
    plain = _class_name(layer)
    if not re.fullmatch(rf"{plain}(_\d+)?", layer.name):
        return str(layer.name)
    number = counted[plain]
    counted[plain] += 1
    return f"{plain}_{number}" if number else plain


def _class_name(layer: keras.Layer) -> str:
    """A layer's class as Keras names layers by it: `max_pooling2d`."""
    name = re.sub(r"\W+", "", type(layer).__name__)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
