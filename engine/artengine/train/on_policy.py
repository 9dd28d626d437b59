"""On-policy rollouts: rows of a batch that continue from the network's own predictions.

A network that is trained on true frames alone does not learn to continue from its own predictions,
which are its only input in a dream. So a row of the batch starts at a random frame with true
context. In the following steps its context is the network's own predictions, and its target is the
true next frame. Some rows continue for few frames and some for many. This is the on-policy
correction of Ross, Gordon and Bagnell ("A reduction of imitation learning and structured prediction
to no-regret online learning", 2011) with scheduled lengths (Bengio, Vinyals, Jaitly
and Shazeer, "Scheduled sampling for sequence prediction with recurrent neural networks", 2015).
Each training step is a step of these rollouts and costs one more prediction per row.

Two rules determine the targets:

- *The next frame* is found by similarity, not by time: after each step a rollout is moved to the
  frame near its own that is most similar to the prediction, so that a dream that lags is not
  pulled forward. If none of these frames is similar enough, the rollout keeps its time, and so
  learns to return to the footage.
- *After the end of a scene* the rollout continues at the frame that is most similar to that end,
  as in Schödl, Szeliski, Salesin and Essa, "Video textures" (2000), so that no end is learnt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from artengine.frame import Frame, Picture, Size
from artengine.train.cutting import behind_each_other, cut, to_numbers
from artengine.train.frames import Frames
from artengine.train.spans import Spans

Thumbnail = npt.NDArray[np.float32]
"""A frame of 32x32 pixels for comparisons, float32 `(32, 32, 3)` in 0..1."""

SIDE = 32
"""Width and height of a thumbnail."""

NEAR = 4
"""Number of steps before and after a rollout's frame in which the most similar one is searched."""

FAR = 0.5
"""A rollout keeps its time if the most similar frame is further from its prediction than this share
of the mean distance between frames of the footage."""

KEPT_THUMBNAILS = 4096
"""Number of cached thumbnails of 12 KB each, enough for a few minutes of footage."""

_CANDIDATES = 256
"""Maximum number of evenly spread frames that are compared with the end of a scene."""

_STEP_PENALTY = 1e-4
"""Added to a distance for each step away from the rollout's frame, so that a rollout does not move
within a still picture."""


@dataclass(frozen=True, slots=True)
class OnPolicyRollout:
    """The state of a row of the batch.

    Args:
        frame: number of the newest frame of its context.
        remaining: number of frames for which it continues.
        top, left: corner of its crop, in pixels.
        mirrored: whether it is mirrored left to right.
    """

    frame: int = 0
    remaining: int = 0
    top: int = 0
    left: int = 0
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class OnPolicyBatch:
    """A batch of on-policy training.

    Args:
        context_frames: true context of the rows that start, float32 `(B, H, W, 3 * context)` in
            0..1; zeros in the others.
        truth: the next frames, float32 `(B, T, H, W, 3)`.
        begins: mask of the rows that start, bool `(B,)`; the others continue from predictions.
        rollouts: the state of the rows after the batch.
    """

    context_frames: npt.NDArray[np.float32]
    truth: npt.NDArray[np.float32]
    begins: npt.NDArray[np.bool_]
    rollouts: list[OnPolicyRollout]


@dataclass(frozen=True)
class OnPolicySampler:
    """Moves the rows of a batch through the footage.

    Args:
        frames: the footage.
        cuts: frames that begin a scene.
        stop: the first held-out frame.
        context, targets, stride: shape of a window; see `windows`.
        crop: width and height of the crops.
        flip: whether half of the rollouts are mirrored.
        seed: seed of starts, lengths, crops and mirroring.
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
    _followers: dict[int, int] = field(default_factory=dict)

    def next(self, rollouts: Sequence[OnPolicyRollout], step: int, horizon: int) -> OnPolicyBatch:
        """Return the next batch.

        Args:
            rollouts: the state of the rows; those with nothing remaining start again.
            step: number of the training step, on which random numbers depend.
            horizon: maximum length, from 1, of a rollout that starts now. Its length is drawn
                log-uniformly, so that all octaves of lengths are equally frequent.
        """
        width, height = self.crop
        count = len(rollouts)
        context_frames = np.zeros((count, height, width, 3 * self.context), np.float32)
        truth = np.empty((count, self.targets, height, width, 3), np.float32)
        begins = np.zeros(count, bool)
        moved = []
        for row, previous in enumerate(rollouts):
            rollout = previous
            if previous.remaining <= 0:
                begins[row] = True
                rollout = self._begin(np.random.default_rng((self.seed, step, row)), horizon)
                numbers = rollout.frame - self.stride * np.arange(self.context - 1, -1, -1)
                pictures = [self._crop(self.frames[int(number)], rollout) for number in numbers]
                to_numbers(behind_each_other(pictures), context_frames[row])
            frame = rollout.frame
            for target in range(self.targets):
                frame = self._following(frame)
                to_numbers(self._crop(self.frames[frame], rollout), truth[row, target])
            moved.append(replace(rollout, frame=frame, remaining=rollout.remaining - self.targets))
        return OnPolicyBatch(context_frames, truth, begins, moved)

    def align(
        self, rollouts: Sequence[OnPolicyRollout], predictions: npt.NDArray[np.float32]
    ) -> list[OnPolicyRollout]:
        """Move each rollout to the nearby frame that is most similar to its last prediction.

        Args:
            rollouts: the state of the rows.
            predictions: their last predictions, float32 `(B, H, W, 3)`.
        """
        return [
            replace(rollout, frame=self._nearest_frame(rollout, prediction))
            for rollout, prediction in zip(rollouts, predictions, strict=True)
        ]

    def _nearest_frame(self, rollout: OnPolicyRollout, prediction: Frame) -> int:
        thumbnail = _thumbnail(prediction)
        first, last = self._scene(rollout.frame)
        steps = np.arange(-NEAR, NEAR + 1)
        numbers = rollout.frame + steps * self.stride
        inside = (numbers >= first + self.stride * (self.context - 1)) & (numbers < last)
        numbers, steps = numbers[inside], steps[inside]
        if not numbers.size:
            return rollout.frame
        distances = [
            float(np.abs(self._crop_thumbnail(int(number), rollout) - thumbnail).mean())
            for number in numbers
        ]
        nearest = int(np.argmin(distances + _STEP_PENALTY * np.abs(steps)))
        if distances[nearest] > FAR * self._mean_distance:
            return rollout.frame
        return int(numbers[nearest])

    def _begin(self, rng: np.random.Generator, horizon: int) -> OnPolicyRollout:
        number = int(rng.integers(self._starts.total))
        run = int(np.searchsorted(self._starts.before, number, side="right")) - 1
        first = int(self._starts.firsts[run]) + number - int(self._starts.before[run])
        frame = first + self.stride * (self.context - 1)
        remaining = int(np.exp(rng.uniform(0.0, np.log(horizon + 1))))
        height, width = self.frames[frame].shape[:2]
        return OnPolicyRollout(
            frame=frame,
            remaining=remaining,
            top=int(rng.integers(height - self.crop[1] + 1)),
            left=int(rng.integers(width - self.crop[0] + 1)),
            mirrored=self.flip and bool(rng.integers(2)),
        )

    def _crop(self, picture: Picture, rollout: OnPolicyRollout) -> Picture:
        return cut(picture, rollout.top, rollout.left, self.crop, mirrored=rollout.mirrored)

    def _following(self, frame: int) -> int:
        """Return the frame that follows another."""
        _, last = self._scene(frame)
        if frame + self.stride < last:
            return frame + self.stride
        if frame not in self._followers:
            self._followers[frame] = self._after_end(frame)
        return self._followers[frame]

    def _after_end(self, end: int) -> int:
        """Return the frame to continue at after a scene's last one: the frame whose predecessors
        are most similar to that end. Only frames in the first half of a scene are compared, so that
        footage is left after them."""
        back = self.stride * (self.context - 1)
        halves = [
            (first, max(first + back + self.stride, (first + last) // 2))
            for first, last in self._scenes
            if last - first > back + self.stride
        ]
        candidates = [
            frame for first, last in halves for frame in range(first + back + self.stride, last + 1)
        ]
        if not candidates:
            return end
        candidates = candidates[:: max(1, -(-len(candidates) // _CANDIDATES))]

        def distance(frame: int) -> float:
            pairs = ((frame - self.stride, end), (frame - 2 * self.stride, end - self.stride))
            thumbnails = ((self._frame_thumbnail(max(0, n)) for n in pair) for pair in pairs)
            return sum(float(np.abs(a - b).mean()) for a, b in thumbnails)

        return min(candidates, key=distance)

    def _scene(self, frame: int) -> tuple[int, int]:
        """Return the first frame of a frame's scene, and the one after its last."""
        return next(scene for scene in reversed(self._scenes) if scene[0] <= frame)

    @cached_property
    def _scenes(self) -> list[tuple[int, int]]:
        inside = [cut for cut in self.cuts if cut < self.stop]
        return list(zip([0, *inside], [*inside, self.stop], strict=True))

    @cached_property
    def _starts(self) -> Spans:
        return Spans.between(0, self.stop, self.cuts, self.stride * self.context + 1)

    @cached_property
    def _mean_distance(self) -> float:
        """The mean distance between frames of the footage."""
        numbers = np.linspace(0, self.stop - 1, 16).astype(int)
        thumbnails = np.stack([self._frame_thumbnail(int(number)) for number in numbers])
        distances = np.abs(thumbnails[:, None] - thumbnails[None]).mean(axis=(2, 3, 4))
        return float(distances.sum() / (len(numbers) * (len(numbers) - 1)))

    def _crop_thumbnail(self, frame: int, rollout: OnPolicyRollout) -> Thumbnail:
        height, width = self.frames[frame].shape[:2]
        if (width, height) == self.crop:
            thumbnail = self._frame_thumbnail(frame)
            return thumbnail[:, ::-1] if rollout.mirrored else thumbnail
        return _thumbnail(self._crop(self.frames[frame], rollout))

    @cached_property
    def _frame_thumbnail(self) -> Callable[[int], Thumbnail]:
        """A cached function from a frame's number to its thumbnail."""
        return lru_cache(KEPT_THUMBNAILS)(lambda frame: _thumbnail(self.frames[frame]))


def _thumbnail(picture: Picture | Frame) -> Thumbnail:
    small = cv2.resize(np.ascontiguousarray(picture), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if picture.dtype == np.uint8:
        return small.astype(np.float32) / np.float32(255)
    return np.asarray(small, np.float32)
