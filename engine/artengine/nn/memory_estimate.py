"""An estimate of a network's memory per pixel of a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops, tree

from artengine.nn.step_model import StepModel


@dataclass(frozen=True, slots=True)
class _Call:
    """One call of a layer in a network's graph."""

    layer: Any
    args: Any
    outputs: list[Any]

    @property
    def inputs(self) -> list[Any]:
        """The tensors among its arguments."""
        return _tensors(self.args)

    def run(self, values: Mapping[int, Any]) -> list[Any]:
        """Compute its outputs from the values of its inputs by `id`."""
        args, kwargs = tree.map_structure(lambda x: values.get(id(x), x), self.args)
        made: list[Any] = tree.flatten(self.layer(*args, **kwargs))
        return made


def bytes_per_pixel(model: StepModel) -> float | None:
    """Estimate the peak memory of a model's network per pixel of the frame.

    The layers of its graph are called one after the other on a small frame. A tensor is held from
    the layer that returns it to the last one that reads it. All count as float32.

    Returns:
        Bytes per pixel, or None if the network is not a functional one with a single input.
    """
    network = model.build()
    calls: list[_Call] = []

    def record(layer: Any, *args: Any, **kwargs: Any) -> Any:
        outputs = layer(*args, **kwargs)
        calls.append(_Call(layer, (args, kwargs), _tensors(outputs)))
        return outputs

    try:
        copy = keras.models.clone_model(
            network, clone_function=lambda layer: layer, call_function=record
        )
        (frame,) = copy.inputs
    except ValueError:
        return None
    side = 8 * model.size_divisor
    last_use = {id(tensor): number for number, call in enumerate(calls) for tensor in call.inputs}
    held = {id(frame): ops.zeros((1, side, side, frame.shape[-1]))}
    most = 0
    for number, call in enumerate(calls):
        made = call.run(held)
        held |= {id(tensor): value for tensor, value in zip(call.outputs, made, strict=True)}
        most = max(most, sum(4 * int(np.prod(value.shape)) for value in held.values()))
        held = {key: value for key, value in held.items() if last_use.get(key, -1) > number}
    return most / side**2


def _tensors(structure: Any) -> list[Any]:
    return [each for each in tree.flatten(structure) if isinstance(each, keras.KerasTensor)]
