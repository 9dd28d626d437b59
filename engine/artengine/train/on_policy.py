"""Walks: the rows of a batch go on through the footage, step by step, as a dream does.

What a network learns from truth alone does not tell it what to do with its own predictions, which
is all that a dream shows it. So a row of the batch begins at a random place with true frames, and
then goes on: the network is shown what it itself predicted, and is taught the true frame that
follows. Some rows go on for few frames and some for many. It is the on-policy correction of Ross,
Gordon and Bagnell ("A reduction of imitation learning and structured prediction to no-regret online
learning", 2011), in which each training step is a step of the dreams: they cost one prediction
more for each, and no dream of their own.

Two things keep what is taught sensible:

- *Which frame follows* is asked of the frames, not of the clock: after each step a walk stands at
  the frame near its place that the prediction looks most like. A dream that lags is not torn
  forward, and what is taught depends on what is seen alone. Only a walk that looks like none of
  them, and is lost, goes by the clock, and so is called back to the footage.
- *What comes after the end of a scene* is the place in the footage that looks most like that end,
  as in Schödl, Szeliski, Salesin and Essa, "Video textures" (2000). So a dream never learns an
  end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from artengine.frame import Frame, Picture, Size
from artengine.train.frames import Frames
from artengine.train.spans import Spans

Small = npt.NDArray[np.float32]
"""A frame of 32x32 pixels, float32 `(32, 32, 3)` in 0..1: what places are compared by."""

SIDE = 32
"""Width and height at which a prediction and the frames near its place are compared."""

NEAR = 4
"""How many steps to each side of its place a walk looks for the frame it is most like."""

LOST = 0.5
"""A walk is lost where it is further from the nearest frame than this share of the mean distance
between frames of the footage."""

KEPT_SMALL = 4096
"""So many small frames are kept, of 12 KB each, as those of a few minutes of footage."""

_ALIKE = 256
"""How many places are compared with the end of a scene, evenly spread, to find what follows it."""

_NEAREST_FIRST = 1e-4
"""What a step away from its place adds to a walk's distance, so that a still picture stays."""


@dataclass(slots=True)
class OnPolicyRollout:
    """Where a row of the batch stands.

    Args:
        place: number of the newest frame of its context.
        left: how many steps it still goes on.
        top, left_edge: corner of its crop, in pixels.
        mirrored: whether it is seen in a mirror.
    """

    place: int = 0
    left: int = 0
    top: int = 0
    left_edge: int = 0
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """A batch to learn from.

    Args:
        history: true context of the rows that begin, float32 `(B, H, W, 3 * context)` in 0..1;
            zeros in the others.
        truth: what follows, float32 `(B, T, H, W, 3)`.
        begins: which rows begin, bool `(B,)`; the others go on from what they saw.
    """

    context_frames: npt.NDArray[np.float32]
    truth: npt.NDArray[np.float32]
    begins: npt.NDArray[np.bool_]


@dataclass
class OnPolicyRollouts:
    """As many walks as a batch has rows.

    Args:
        frames: the footage.
        cuts: frames that begin a scene.
        stop: the first frame that is held out.
        context, targets, stride: of a window; see `windows`.
        crop: width and height of the crops.
        flip: whether half of the walks are mirrored.
        seed: of places, lengths, crops and mirroring.
        rows: the walks.
    """

    frames: Frames
    cuts: Sequence[int]
    stop: int
    context: int
    targets: int
    stride: int
    crop: Size
    flip: bool
    seed: int
    rows: list[OnPolicyRollout] = field(default_factory=list)
    _follows: dict[int, int] = field(default_factory=dict)

    def steps(self, step: int, longest: int) -> Steps:
        """The next batch.

        Args:
            step: its number, of which chance depends.
            longest: how many frames a walk that begins now goes on at most, from 1: it is drawn so
                that short ones are as common as long ones, octave by octave.
        """
        width, height = self.crop
        count = len(self.rows)
        context_frames = np.zeros((count, height, width, 3 * self.context), np.float32)
        truth = np.empty((count, self.targets, height, width, 3), np.float32)
        begins = np.zeros(count, bool)
        for row, walk in enumerate(self.rows):
            if walk.left <= 0:
                begins[row] = True
                self._begin(walk, np.random.default_rng((self.seed, step, row)), longest)
                places = walk.place - self.stride * np.arange(self.context - 1, -1, -1)
                seen = [self._cut(self.frames[int(place)], walk) for place in places]
                np.divide(
                    np.concatenate(seen, axis=-1), 255, out=context_frames[row], dtype=np.float32
                )
            for target in range(self.targets):
                walk.place = self._after(walk.place)
                np.divide(
                    self._cut(self.frames[walk.place], walk),
                    255,
                    out=truth[row, target],
                    dtype=np.float32,
                )
            walk.left -= self.targets
        return Steps(context_frames, truth, begins)

    def stand(self, seen: npt.NDArray[np.float32]) -> None:
        """Let each walk stand at the frame near its place that its last prediction is most like.

        Args:
            seen: the last predictions, float32 `(B, H, W, 3)`.
        """
        for walk, prediction in zip(self.rows, seen, strict=True):
            small = _shrunk(prediction)
            first, last = self._scene(walk.place)
            steps = np.arange(-NEAR, NEAR + 1)
            places = walk.place + steps * self.stride
            inside = (places >= first + self.stride * (self.context - 1)) & (places < last)
            places, steps = places[inside], steps[inside]
            if not places.size:
                continue
            distances = [
                float(np.abs(self._small(int(place), walk) - small).mean()) for place in places
            ]
            nearest = int(np.argmin(distances + _NEAREST_FIRST * np.abs(steps)))
            if distances[nearest] <= LOST * self._spread:
                walk.place = int(places[nearest])

    def _begin(self, walk: OnPolicyRollout, chance: np.random.Generator, longest: int) -> None:
        number = int(chance.integers(self._starts.total))
        run = int(np.searchsorted(self._starts.before, number, side="right")) - 1
        first = int(self._starts.firsts[run]) + number - int(self._starts.before[run])
        walk.place = first + self.stride * (self.context - 1)
        walk.left = int(np.exp(chance.uniform(0.0, np.log(longest + 1))))
        whole = self.frames[walk.place].shape
        walk.top = int(chance.integers(whole[0] - self.crop[1] + 1))
        walk.left_edge = int(chance.integers(whole[1] - self.crop[0] + 1))
        walk.mirrored = self.flip and bool(chance.integers(2))

    def _cut(self, picture: Picture, walk: OnPolicyRollout) -> Picture:
        width, height = self.crop
        part = picture[walk.top : walk.top + height, walk.left_edge : walk.left_edge + width]
        return part[:, ::-1] if walk.mirrored else part

    def _after(self, place: int) -> int:
        """The frame that follows."""
        _, last = self._scene(place)
        if place + self.stride < last:
            return place + self.stride
        if place not in self._follows:
            self._follows[place] = self._like(place)
        return self._follows[place]

    def _like(self, end: int) -> int:
        """The frame that may follow a scene's last one: that before which the footage looks most
        like its end. Only places in the first half of a scene are asked, so that there is a way to
        go from there."""
        back = self.stride * (self.context - 1)
        halves = [
            (first, max(first + back + self.stride, (first + last) // 2))
            for first, last in self._scenes
            if last - first > back + self.stride
        ]
        asked = [
            place for first, last in halves for place in range(first + back + self.stride, last + 1)
        ]
        if not asked:
            return end
        asked = asked[:: max(1, -(-len(asked) // _ALIKE))]

        def distance(place: int) -> float:
            pairs = ((place - self.stride, end), (place - 2 * self.stride, end - self.stride))
            return sum(
                float(np.abs(self._whole(max(0, a)) - self._whole(max(0, b))).mean())
                for a, b in pairs
            )

        return min(asked, key=distance)

    def _scene(self, place: int) -> tuple[int, int]:
        """First frame of a place's scene, and the one after its last."""
        return next(scene for scene in reversed(self._scenes) if scene[0] <= place)

    @cached_property
    def _scenes(self) -> list[tuple[int, int]]:
        inside = [cut for cut in self.cuts if cut < self.stop]
        return list(zip([0, *inside], [*inside, self.stop], strict=True))

    @cached_property
    def _starts(self) -> Spans:
        return Spans.between(0, self.stop, self.cuts, self.stride * self.context + 1)

    @cached_property
    def _spread(self) -> float:
        """Mean distance between frames of the footage."""
        places = np.linspace(0, self.stop - 1, 16).astype(int)
        smalls = np.stack([self._whole(int(place)) for place in places])
        apart = np.abs(smalls[:, None] - smalls[None]).mean(axis=(2, 3, 4))
        return float(apart.sum() / (len(places) * (len(places) - 1)))

    def _small(self, place: int, walk: OnPolicyRollout) -> Small:
        height, width = self.frames[place].shape[:2]
        if (width, height) == self.crop:
            small = self._whole(place)
            return small[:, ::-1] if walk.mirrored else small
        return _shrunk(self._cut(self.frames[place], walk))

    @cached_property
    def _whole(self) -> Callable[[int], Small]:
        """A whole frame by its number."""
        return lru_cache(KEPT_SMALL)(lambda place: _shrunk(self.frames[place]))


def _shrunk(picture: Picture | Frame) -> Small:
    small = cv2.resize(np.ascontiguousarray(picture), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if picture.dtype == np.uint8:
        return small.astype(np.float32) / np.float32(255)
    return np.asarray(small, np.float32)
