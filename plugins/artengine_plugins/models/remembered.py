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
"""Pictures of a run closer than this do not count as other places: a dream that returned to one
would show the same picture again within a second or two."""

ROOM = 8
"""Radius in pictures of the window that a picture's speed is averaged over."""

RESTS, RACES = 0.5, 2.5
"""Limits of the averaged speed, as shares of the clip's usual step. Below the first the clip rests,
above the second it races."""

STILL = 0.05
"""Steps below this share of the clip's large ones do not count for the usual step, which would
otherwise be that of rest in a clip that rests most of the time."""

ENOUGH = 2 * APART
"""Number of moving pictures that is enough for a dream, however long the clip rests otherwise."""

_MEAN = np.full(2 * ROOM + 1, 1 / (2 * ROOM + 1))

WAYS = 4
"""Number of similar places to choose from at random, so that a dream does not go in circles."""

RUNS = 8
"""Number of runs to remember of a clip that is too long to hold; more if its scenes are short."""


class Remembered(Protocol):
    """Interface of the layer that `memory_layer` returns."""

    def recognise(self, before: Tensor, now: Tensor) -> Tensor:
        """Return the places, float32 `(B,)`, that look most like two consecutive frames, each
        float32 `(B, side, side, 3)`."""

    def moved_on(self, place: Tensor, share: Tensor) -> Tensor:
        """Advance places, float32 `(B,)`, by a share of the whole memory, wrapping at its
        end."""

    def __call__(self, place: Tensor) -> Tensor:
        """Return the remembered pictures at places `(B,)`, float32 `(B, side, side, 3)`, 0..1."""

    def ends(self, place: Tensor) -> Tensor:
        """Return the last places of the runs that contain places of any shape, float32."""

    def filled(self) -> Tensor:
        """Return 1 if the memory is filled, else 0; a float32 scalar."""

    def play(
        self, place: Tensor, pace: Tensor, leaps: Tensor, seed: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Advance places `(B,)` by one step.

        Returns:
            The remembered pictures one step before the next places and at them, float32
            `(B, side, side, 3)` in 0..1; these places; and whether they were reached by a leap,
            bool `(B,)`. While the memory is empty, both pictures are the same.
        """


def memory_layer(pictures: int, side: int) -> keras.Layer:
    """Return a layer `memory` that holds `pictures` pictures of `side` by `side` colours and
    returns those at places `(B,)`; it is empty until `remember` fills it."""
    import keras
    from keras import ops

    class Memory(keras.layers.Layer):  # type: ignore[misc]
        """Pictures, and for each the last of its run and the most similar ones elsewhere."""

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
            """Interpolate between two pictures of a run."""
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
            # The last picture of a run has no successor.
            numbers = ops.arange(pictures, dtype="int32")
            ends = (numbers >= self.last.value) | (numbers >= self.count.value)
            far = far + 9.0 * ops.cast(ends, "float32")
            # OpenVINO lacks `argmin` as Keras implements it.
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
            # If runs are short and the pace is high, a step could leave a run.
            first, last = self.run(ops.where(beyond > 0.0, after, began))
            onward = ops.minimum(onward, last)
            here, there = self(ops.maximum(onward - pace, first)), self(onward)
            return here, there, onward, (began != number) | (beyond > 0.0)

        def run(self, number: Any) -> tuple[Any, Any]:
            """Return the first and last place of the runs that pictures `(B,)` belong to."""
            last = ops.take(self.last, number)
            held = ops.arange(pictures, dtype="int32") < self.count.value
            earlier = (self.last.value[None] < last[:, None]) & held[None]
            first = ops.sum(ops.cast(earlier, "float32"), axis=1)
            return first, ops.cast(last, "float32")

    # Fix the dtype: bfloat16, with 8 significant bits, has no places between 256 and 258.
    return Memory(name="memory", dtype="float32")


def remember(memory: Any, sequence: FrameSequence) -> None:
    """Fill a memory with a clip: all of it or evenly spread runs, without parts that rest or race,
    where a dream would linger."""
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
    # Take as many pieces as fit; if scenes are short, more of them fit.
    counts = range(min(len(pieces), room // 2), 0, -1)
    spreads = (_spread(pieces, count) for count in counts)
    return next(spread for spread in spreads if sum(map(len, spread)) <= room)


def _spread(pieces: Sequence[range], count: int) -> list[range]:
    """Choose `count` evenly spread pieces, from the first to the last."""
    chosen = np.unique(np.linspace(0, len(pieces) - 1, count).round().astype(int))
    return [pieces[number] for number in chosen]


def _moving(runs: list[Small]) -> list[Small]:
    """Return the parts of runs that neither rest nor race, apart from moments; return all runs if
    these parts are less than half of them and not enough for a dream."""
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
        # Keep either all or nothing of a short run.
        least = min(2 * ROOM + 1, max(ROOM + 1, len(run)))
        moving += [run[first:end] for first, end in parts if end - first >= least]
    total = sum(map(len, runs))
    return moving if sum(map(len, moving)) >= min(total / 2, ENOUGH) else runs


def _small(picture: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    small = cv2.resize(np.ascontiguousarray(picture), (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _alike(pictures: Small, last: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Return for each picture the ones elsewhere that look most like it, judged with the picture
    before, that are apart from each other and can continue: `(N, WAYS)`, repeated if there are
    fewer. If there is nothing elsewhere, it is the picture itself, unless its run ends
    there."""
    numbers = np.arange(len(pictures))
    # Pictures of a run share the same last picture.
    first = np.searchsorted(last, last)
    behind, ahead = numbers - first, last - numbers
    # A place must have a predecessor, and two seconds or almost the whole run ahead of it.
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
    """Return the squared distances between all pictures, `(N, N)`.

    Matrix products take seconds where comparing thousands of pictures one by one would take an
    hour. The arithmetic is exact on integers, so that no rounding decides which one is nearest.
    """
    products = np.zeros((len(pictures), len(pictures)))
    for rows in np.moveaxis(pictures, 1, 0):
        flat = rows.reshape(len(rows), -1).astype(np.float64)
        products += flat @ flat.T
    lengths = np.diag(products)
    return np.asarray(lengths[:, None] + lengths[None] - 2.0 * products)
