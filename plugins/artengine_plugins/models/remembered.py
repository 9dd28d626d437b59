"""A memory of small pictures in the order of their clip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import FrameSequence, Tensor
from artengine_plugins.models.pixels.chance import uniform

if TYPE_CHECKING:
    import keras

Small = npt.NDArray[np.uint8]
"""Remembered pictures, uint8 `(N, side, side, 3)`."""

APART = 48
"""Pictures of a run so near to each other do not count as other places: a dream that went back to
one would come to the same picture again within a second or two."""

ROOM = 8
"""How fast a picture moves is measured over so many before and after it."""

RESTS, RACES = 0.5, 2.5
"""What moves less than the first share of the clip's usual step, a while before and after, rests;
what moves more than the second races."""

STILL = 0.05
"""Steps below this share of the clip's long ones do not count for what is usual: in a clip that
rests most of the time, that would be to rest."""

ENOUGH = 2 * APART
"""So many pictures that move are enough to dream of, however long the clip rests beside."""

_MEAN = np.full(2 * ROOM + 1, 1 / (2 * ROOM + 1))

WAYS = 4
"""Of so many places that look alike, one is chosen by chance: a dream does not go in circles."""

RUNS = 8
"""How many runs are remembered of a clip of which not all can be; more where scenes are short."""


class Remembered(Protocol):
    """The layer that `memory_layer` makes, as models see it."""

    def recognise(self, before: Tensor, now: Tensor) -> Tensor:
        """Places, float32 `(B,)`, that look most like two frames in a row, each float32
        `(B, side, side, 3)`."""

    def moved_on(self, place: Tensor, share: Tensor) -> Tensor:
        """Places, float32 `(B,)`, a share of the whole memory further on than others, from its
        beginning again after its end."""

    def __call__(self, place: Tensor) -> Tensor:
        """What is remembered at places `(B,)`, float32 `(B, side, side, 3)` in 0..1."""

    def ends(self, place: Tensor) -> Tensor:
        """The last places of the runs that places of any shape are in, float32."""

    def filled(self) -> Tensor:
        """1 when something is remembered, else 0; a float32 scalar."""

    def play(
        self, place: Tensor, pace: Tensor, leaps: Tensor, seed: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Go on from places `(B,)`.

        Returns:
            What is remembered one step before the next places, and there, float32
            `(B, side, side, 3)` in 0..1; these places; and whether they are elsewhere, bool
            `(B,)`. While nothing is remembered both pictures are the same.
        """


def memory_layer(pictures: int, side: int) -> keras.Layer:
    """A layer `memory` that holds `pictures` small pictures of `side` by `side` colours, and gives
    what is remembered at places `(B,)`; empty until `remember` fills it."""
    import keras
    from keras import ops

    class Memory(keras.layers.Layer):  # type: ignore[misc]
        """Pictures, for each the last of its run, and those that look most like it elsewhere."""

        def build(self, _shape: Any) -> None:
            def numbers(name: str, shape: tuple[int, ...], dtype: str) -> Any:
                return self.add_weight(
                    shape=shape,
                    initializer="zeros",
                    dtype=dtype,
                    trainable=False,
                    autocast=False,
                    name=name,
                )

            self.pictures = numbers("pictures", (pictures, side, side, 3), "uint8")
            self.last = numbers("last", (pictures,), "int32")
            self.alike = numbers("alike", (pictures, WAYS), "int32")
            self.count = numbers("count", (), "int32")

        def call(self, place: Any) -> Any:
            """Between two pictures of a run, a blend of both."""
            place = ops.cast(place, "float32")
            whole = ops.floor(place)
            first = ops.clip(ops.cast(whole, "int32"), 0, pictures - 1)
            second = ops.minimum(first + 1, ops.maximum(first, ops.take(self.last, first)))
            share = (place - whole)[:, None, None, None]
            a, b = (
                ops.cast(ops.take(self.pictures, n, axis=0), "float32") / 255.0
                for n in (first, second)
            )
            return a + share * (b - a)

        def compute_output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
            return (*shape, side, side, 3)

        def recognise(self, before: Any, now: Any) -> Any:
            held = ops.cast(self.pictures.value, "float32") / 255.0
            earlier = ops.concatenate([held[:1], held[:-1]], axis=0)

            def distance(frames: Any, memories: Any) -> Any:
                return ops.mean(ops.abs(frames[:, None] - memories[None]), axis=(2, 3, 4))

            far = distance(now, held) + distance(before, earlier)
            # A run's last picture has nowhere to go on to.
            numbers = ops.arange(pictures, dtype="int32")
            ends = (numbers >= self.last.value) | (numbers >= self.count.value)
            far = far + 9.0 * ops.cast(ends, "float32")
            # Not `argmin`, which OpenVINO lacks as Keras writes it.
            nearest = far == ops.min(far, axis=1, keepdims=True)
            return ops.cast(ops.min(ops.where(nearest, numbers, pictures), axis=1), "float32")

        def moved_on(self, place: Any, share: Any) -> Any:
            count = ops.cast(ops.maximum(self.count.value, 1), "float32")
            return ops.mod(place + ops.floor(share * count), count)

        def ends(self, place: Any) -> Any:
            number = ops.clip(ops.cast(ops.floor(place), "int32"), 0, pictures - 1)
            return ops.cast(ops.take(self.last.value, number), "float32")

        def filled(self) -> Any:
            return ops.cast(self.count.value > 0, "float32")

        def play(self, place: Any, pace: Any, leaps: Any, seed: Any) -> tuple[Any, Any, Any, Any]:
            chance = uniform((2, *ops.shape(place)), seed)
            way = ops.cast(ops.floor(WAYS * chance[0]), "int32")

            def alike(number: Any) -> Any:
                return ops.take(ops.reshape(self.alike.value, (-1,)), WAYS * number + way)

            whole = ops.floor(place)
            number = ops.clip(ops.cast(whole, "int32"), 0, pictures - 1)
            began = ops.where(chance[1] < leaps, alike(number), number)
            onward = ops.cast(began, "float32") + (place - whole) + pace
            end = ops.take(self.last, began)
            beyond = onward - ops.cast(end, "float32")
            after = alike(end)
            onward = ops.where(beyond > 0.0, ops.cast(after, "float32") + beyond, onward)
            # Where runs are short and the pace is fast, a step would lead out of a run.
            first, last = self.run(ops.where(beyond > 0.0, after, began))
            onward = ops.minimum(onward, last)
            here, there = self(ops.maximum(onward - pace, first)), self(onward)
            return here, there, onward, (began != number) | (beyond > 0.0)

        def run(self, number: Any) -> tuple[Any, Any]:
            """First and last place of the runs that pictures `(B,)` belong to."""
            last = ops.take(self.last, number)
            held = ops.arange(pictures, dtype="int32") < self.count.value
            earlier = (self.last.value[None] < last[:, None]) & held[None]
            first = ops.sum(ops.cast(earlier, "float32"), axis=1)
            return first, ops.cast(last, "float32")

    # Of whatever arithmetic the others are: with 8 bits there are no places between 256 and 258.
    return Memory(name="memory", dtype="float32")


def remember(memory: Any, sequence: FrameSequence) -> None:
    """Fill a memory with a clip: all of it, or some runs of it, evenly spread, without what rests
    or races in it, where a dream would linger."""
    room, side = memory.pictures.shape[:2]
    seen = [
        np.stack([_small(sequence[number], side) for number in run])
        for run in _runs(sequence, room)
    ]
    runs = _moving(seen)
    pictures = np.concatenate(runs)
    lengths = [len(run) for run in runs]
    last = np.repeat(np.cumsum(lengths) - 1, lengths)
    memory.count.assign(len(pictures))
    for held, values in (
        (memory.pictures, pictures),
        (memory.last, last),
        (memory.alike, _alike(pictures, last)),
    ):
        whole = np.zeros(held.shape, held.dtype)
        whole[: len(values)] = values
        held.assign(whole)


def _runs(sequence: FrameSequence, room: int) -> list[range]:
    scenes = [scene for scene in sequence.scenes if len(scene) > 1]
    total = sum(len(scene) for scene in scenes)
    if total <= room:
        return scenes
    length = max(2, room // RUNS)
    pieces = [
        scene[at : at + length]
        for scene in scenes
        for at in range(0, max(1, len(scene) - length // 2), length)
    ]
    # As many as there is room for: where scenes are short, more than there would be of long ones.
    counts = range(min(len(pieces), room // 2), 0, -1)
    spreads = (_spread(pieces, count) for count in counts)
    return next(spread for spread in spreads if sum(map(len, spread)) <= room)


def _spread(pieces: Sequence[range], count: int) -> list[range]:
    """So many of the pieces, from the first to the last."""
    chosen = np.unique(np.linspace(0, len(pieces) - 1, count).round().astype(int))
    return [pieces[number] for number in chosen]


def _moving(runs: list[Small]) -> list[Small]:
    """The parts of runs that neither rest nor race, save for moments; all of the runs where those
    parts are less than half of them and not enough to dream of."""
    steps = [np.abs(np.diff(run.astype(np.float32), axis=0)).mean(axis=(1, 2, 3)) for run in runs]
    steps = [np.append(step, step[-1:]) for step in steps]
    steady = [np.convolve(np.pad(s, ROOM, "edge"), _MEAN, "valid") for s in steps]
    every = np.concatenate(steps)
    usual = float(np.median(every[every >= STILL * np.percentile(every, 90)]))
    moving = []
    for run, speed in zip(runs, steady, strict=True):
        held = (speed >= RESTS * usual) & (speed <= RACES * usual)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], held, [0]])))
        parts = zip(edges[::2], edges[1::2], strict=True)
        # Of a short run all or nothing.
        least = min(2 * ROOM + 1, max(ROOM + 1, len(run)))
        moving += [run[first:end] for first, end in parts if end - first >= least]
    total = sum(map(len, runs))
    return moving if sum(map(len, moving)) >= min(total / 2, ENOUGH) else runs


def _small(picture: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    small = cv2.resize(np.ascontiguousarray(picture), (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _alike(pictures: Small, last: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """For each picture those elsewhere that look most like it and what came before it, apart from
    each other, and from which there is a way to go on: `(N, WAYS)`, the same again where there
    are not so many. Where there is nothing elsewhere it is the picture itself, unless its run ends
    there."""
    numbers = np.arange(len(pictures))
    # Pictures of a run share their last one.
    first = np.searchsorted(last, last)
    behind, ahead = numbers - first, last - numbers
    # Something goes before, and it goes on for long: for two seconds, or almost the whole run.
    early = min(1, int(np.minimum(behind, ahead).max()))
    lasting = (ahead >= APART) & (ahead >= behind)
    lasting |= behind <= np.maximum(early, (ahead + behind) // 5)
    reachable = (np.minimum(behind, ahead) >= early) & lasting
    far = _distances(pictures)
    before = np.maximum(numbers - 1, 0)

    def apart(number: int) -> npt.NDArray[np.bool_]:
        return np.asarray((last != last[number]) | (np.abs(numbers - number) >= APART))

    alike = np.empty((len(pictures), WAYS), np.int32)
    for number in range(len(pictures)):
        both = far[number] + far[before[number], before]
        allowed = reachable & apart(number)
        if not allowed.any():
            allowed = reachable.copy() if number == last[number] else numbers == number
        found: list[int] = []
        while len(found) < WAYS and allowed.any():
            nearest = int(np.argmin(np.where(allowed, both, np.inf)))
            found.append(nearest)
            allowed &= apart(nearest)
        alike[number] = np.resize(found, WAYS)
    return alike


def _distances(pictures: Small) -> npt.NDArray[np.float64]:
    """Squared distances of all pictures from each other, `(N, N)`.

    As matrix products, which take seconds where thousands of pictures compared one by one
    would take an hour; and in whole numbers, so that no rounding decides which is nearest.
    """
    products = np.zeros((len(pictures), len(pictures)))
    for rows in np.moveaxis(pictures, 1, 0):
        flat = rows.reshape(len(rows), -1).astype(np.float64)
        products += flat @ flat.T
    lengths = np.diag(products)
    return np.asarray(lengths[:, None] + lengths[None] - 2.0 * products)
