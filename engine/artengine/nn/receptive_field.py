"""How far a model looks, and how much its network holds: found layer by layer on its graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
from keras import ops, tree

from artengine.nn.step_model import StepModel
from artengine.params import CurveError

Numbers: TypeAlias = npt.NDArray[np.float32]
"""float32 `(1, H, W, C)`."""

Touched: TypeAlias = npt.NDArray[np.bool_]
"""bool `(H, W)`: where a tensor is not what it would be in the whole frame."""

_LENGTHS = (256, 512, 1024)
"""How far to look for the end of a reach, in pixels; beyond the last it is taken to have none."""

_LARGE = 1e4
"""The largest numbers that layers are tried with."""

_PATCHES = (1, 2, 4, 8, 16)
"""Heights and widths of what is of one number where a layer is tried with patches."""


class _EndlessError(Exception):
    """A reach has no end, or holds something of which that cannot be told."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One call of a layer in a network's graph."""

    layer: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outputs: tuple[Any, ...]

    @property
    def inputs(self) -> list[int]:
        """Identities of the tensors that it takes."""
        given = tree.flatten((self.args, self.kwargs))
        return list(dict.fromkeys(id(x) for x in given if isinstance(x, keras.KerasTensor)))

    def __call__(self, numbers: Sequence[Numbers]) -> list[Numbers]:
        """Run the layer on numbers for each of its inputs."""
        by_tensor = dict(zip(self.inputs, numbers, strict=True))
        args, kwargs = tree.map_structure(
            lambda x: by_tensor[id(x)] if isinstance(x, keras.KerasTensor) else x,
            (self.args, self.kwargs),
        )
        return [_numpy(x) for x in tree.flatten(self.layer(*args, **kwargs))]


@dataclass(frozen=True, slots=True)
class _Graph:
    """A network as the calls of its layers, in an order in which they can be made."""

    start: Any
    calls: list[_Call]
    ends: list[int]

    @classmethod
    def of(cls, network: keras.Model) -> _Graph:
        """Take a network apart. Raises `_EndlessError` where Keras knows no graph of it."""
        calls: list[_Call] = []

        def record(layer: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(layer, keras.Model):
                raise _EndlessError  # what fades inside of it would not be seen from outside
            made = layer(*args, **kwargs)
            calls.append(_Call(layer, args, kwargs, tuple(tree.flatten(made))))
            return made

        try:
            clone = keras.models.clone_model(
                network, clone_function=lambda layer: layer, call_function=record
            )
        except ValueError as error:
            raise _EndlessError from error
        if len(clone.inputs) != 1:
            raise _EndlessError
        return cls(clone.inputs[0], calls, [id(end) for end in clone.outputs])


def receptive_field_of(model: StepModel) -> int | None:
    """Find how far a pixel of a prediction looks for what it is made of.

    Where a frame is cut at multiples of `model.size_divisor`, either part is predicted as in the
    whole frame, save for so many pixels along the cut.

    A strip is cut in two, and each layer is tried by itself: random numbers on one side of the cut
    are replaced by others, and where the other side comes out changed it is touched. That goes on
    to the next layer as yes or no, so that nothing fades on its way through a deep network, as a
    gradient does, and layers that shift, shuffle, pool or warp are found out by what they do. The
    numbers are within the range of what the layer before gave, so that a warp goes as far as it is
    let go. Last comes what the model's `step` does with what its network gave, whatever its
    automatable numbers may become.

    Returns:
        The distance in pixels, or None where it has no end or cannot be told: for a model that
        remembers or samples, or whose network looks everywhere.
    """
    network = model.build()
    try:
        graph = _Graph.of(network)
        played = _played(model)
        for each in played:
            _check_step(each, network)
        # A weight of zero, as some layers begin with, would hide what it is multiplied with.
        rng = np.random.default_rng(0)
        network.set_weights([_weights(w.shape, rng) for w in network.get_weights()])
        for length in _LENGTHS:
            half = _up(length, model.size_divisor)
            short = 4 * model.size_divisor
            strips = (((2 * half, short), 0), ((short, 2 * half), 1))
            reach = 0
            for (shape, axis), side in product(strips, (0, 1)):
                reach = max(reach, _Probe(shape, axis, side).beyond_cut(graph, played))
                if reach >= half:
                    break
            else:
                return reach
    except _EndlessError:
        pass
    return None


def bytes_per_pixel(model: StepModel) -> float | None:
    """Tell about how much a model's network holds at once, for each pixel of the frame.

    Counted are a layer's inputs, its outputs and what later layers wait for, in float32.

    Returns:
        Bytes a pixel, or None where it cannot be told.
    """
    try:
        graph = _Graph.of(model.build())
    except _EndlessError:
        return None
    side = 8 * model.size_divisor
    held = {id(graph.start): np.zeros((1, side, side, graph.start.shape[-1]), np.float32)}
    last = {key: number for number, call in enumerate(graph.calls) for key in call.inputs}
    most = 0
    for number, call in enumerate(graph.calls):
        made = call([held[key] for key in call.inputs])
        held |= {id(tensor): array for tensor, array in zip(call.outputs, made, strict=True)}
        most = max(most, sum(array.nbytes for array in held.values()))
        held = {key: array for key, array in held.items() if last.get(key, -1) > number}
    return most / side**2


@dataclass(slots=True)
class _Probe:
    """A strip of a frame with a cut across its middle, seen through a network.

    Args:
        shape: its height and width in pixels.
        axis: the side that is cut, 0 for the height.
        part: which of the two parts is replaced.
    """

    shape: tuple[int, int]
    axis: int
    part: int
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    touched: dict[int, Touched] = field(default_factory=dict)
    channels: dict[int, int] = field(default_factory=dict)
    ranges: dict[int, tuple[float, float]] = field(default_factory=dict)

    def beyond_cut(self, graph: _Graph, models: Sequence[StepModel]) -> int:
        """How many pixels beyond the cut are touched in a prediction of any of the models."""
        start = id(graph.start)
        self.channels[start] = graph.start.shape[-1]
        self.touched[start] = self._part_of(self.shape)
        self.ranges[start] = (-_LARGE, _LARGE)
        for call in graph.calls:
            self._through(call, call.inputs, [id(tensor) for tensor in call.outputs])
        end = -1  # no tensor's identity
        for model in models:
            self._through(_rest_of_step(model), [start, *graph.ends], [end])
        if self.touched[end].shape != self.shape:
            raise _EndlessError
        lines = self.touched[end].any(axis=1 - self.axis)
        return int(lines.sum()) - self.shape[self.axis] // 2

    def _through(
        self,
        layer: Callable[[Sequence[Numbers]], list[Numbers]],
        inputs: Sequence[int],
        outputs: Sequence[int],
    ) -> None:
        for numbers, others in self._draws(inputs):
            for key, a, b in zip(outputs, layer(numbers), layer(others), strict=True):
                if a.ndim != 4:
                    raise _EndlessError
                if key not in self.touched:
                    self.touched[key] = self._part_of(a.shape[1:3])
                    self.channels[key] = a.shape[-1]
                self.touched[key] |= _differ(a, b).any(axis=(0, 3))
                low, high = self.ranges.get(key, (0.0, 0.0))
                found = np.clip(np.nan_to_num(np.concatenate([a, b])), -_LARGE, _LARGE)
                self.ranges[key] = min(low, float(found.min())), max(high, float(found.max()))

    def _draws(self, inputs: Sequence[int]) -> Iterator[tuple[list[Numbers], list[Numbers]]]:
        """Numbers to try a layer with, and the same with others where they are touched.

        Small positive ones keep rectifiers open; the ends of the range, and rest, carry a warp to
        its end, along one side alone as well. Patches, of another size in each channel, carry whole
        places there, and lead a search for motion astray, as far as chance will have it.
        """
        for kind, patches in (
            ("small", False),
            ("small", True),
            ("wide", False),
            ("ends", False),
            ("ends", True),
        ):
            drawn = [self._drawn(key, kind, patches=patches) for key in inputs]
            others = (self._drawn(key, kind, patches=patches) for key in inputs)
            yield (
                drawn,
                [
                    np.where(self.touched[key][None, ..., None], other, numbers)
                    for key, numbers, other in zip(inputs, drawn, others, strict=True)
                ],
            )

    def _drawn(self, key: int, kind: str, *, patches: bool) -> Numbers:
        height, width = self.touched[key].shape
        channels = self.channels[key]
        if not patches:
            return self._field(key, kind, (1, height, width, channels))
        drawn = np.empty((1, height, width, channels), np.float32)
        for channel, side in enumerate(self.rng.choice(_PATCHES, channels)):
            field = self._field(key, kind, (1, -(-height // side), -(-width // side)))
            drawn[..., channel] = field.repeat(side, 1).repeat(side, 2)[:, :height, :width]
        return drawn

    def _field(self, key: int, kind: str, shape: tuple[int, ...]) -> Numbers:
        low, high = self.ranges[key]
        if kind == "ends":
            ends = np.array([low, np.clip(0.0, low, high), high], np.float32)
            return ends[self.rng.integers(len(ends), size=shape)]
        if kind == "small":
            low, high = (0.0, min(high, 1.0)) if high > 0.0 else (max(low, -1.0), 0.0)
        return self.rng.uniform(low, high, shape).astype(np.float32)

    def _part_of(self, shape: Sequence[int]) -> Touched:
        """The replaced part of a tensor of so many rows and columns."""
        for length, whole in zip(shape, self.shape, strict=True):
            # A tile's tensors must be pieces of the frame's, as they are at a whole scale.
            if length % 2 or (length % whole and whole % length):
                raise _EndlessError
        touched = np.zeros(shape, np.bool_)
        lines = np.moveaxis(touched, self.axis, 0)
        middle = len(lines) // 2
        lines[middle * self.part : middle * (self.part + 1)] = True
        return touched


def _weights(shape: tuple[int, ...], rng: np.random.Generator) -> Numbers:
    """Kernels that keep the size of what they are multiplied with; other weights are positive."""
    if len(shape) < 2:
        return rng.uniform(0.5, 1.5, shape).astype(np.float32)
    return rng.normal(0.0, np.prod(shape[:-1]) ** -0.5, shape).astype(np.float32)


def _played(model: StepModel) -> list[StepModel]:
    """The model as it is, and with each of its automatable numbers at its least or its most."""
    names = sorted(type(model).automatable())
    models = [model]
    for ends in product((-math.inf, math.inf), repeat=len(names)) if names else ():
        models.append(copy(model))
        for name, end in zip(names, ends, strict=True):
            # One that nothing bounds stays as it is.
            with suppress(CurveError):
                models[-1].set_values({name: end})
    return models


def _check_step(model: StepModel, network: keras.Model) -> None:
    """Raise `_EndlessError` for a model that remembers, or whose steps differ with their seed."""
    side = 2 * model.size_divisor
    context_frames = ops.ones((1, side, side, 3 * model.context)) / 2
    if model.initial_state(network, context_frames):
        raise _EndlessError
    first, second = (
        _numpy(model.step(network, context_frames, (), ops.convert_to_tensor(seed, "int32"))[0])
        for seed in ((0, 0), (1, 1))
    )
    if _differ(first, second).any():
        raise _EndlessError


def _rest_of_step(model: StepModel) -> Callable[[Sequence[Numbers]], list[Numbers]]:
    """What a model's step makes of a history and of what its network gave for that."""

    def rest(numbers: Sequence[Numbers]) -> list[Numbers]:
        context_frames, *given = (ops.convert_to_tensor(array) for array in numbers)
        asked = 0

        def network(shown: Any, training: bool = False) -> Any:
            nonlocal asked
            asked += 1
            if shown is not context_frames or asked > 1:
                raise _EndlessError
            return given if len(given) > 1 else given[0]

        seed = ops.zeros((2,), "int32")
        prediction, _ = model.step(network, context_frames, (), seed)
        if not asked:
            raise _EndlessError
        return [_numpy(prediction)]

    return rest


def _differ(a: Numbers, b: Numbers) -> Touched:
    differ: Touched = (a != b) & ~(np.isnan(a) & np.isnan(b))
    return differ


def _numpy(tensor: Any) -> Numbers:
    return np.asarray(ops.convert_to_numpy(tensor), np.float32)


def _up(number: int, size_divisor: int) -> int:
    return -(-number // size_divisor) * size_divisor
