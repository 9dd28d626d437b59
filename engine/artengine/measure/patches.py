"""Patches: small pieces of a clip in space and time, and their matches in a film.

A patch is 8x8 pixels of a thumbnail over 3 frames. Thumbnails are blurred slightly, and each
channel is normalised to the clip's mean and deviation, so that a change of grading does not count.
Patches whose motion or contrast is below the clip's 20th percentile are *weak*: they look like
anything and are never matched.

A patch is described by its 32 principal components, of the clip's patches, and by the norm of the
residual; without that norm, noise would look like a patch without contrast. Two patches match when
they are no further apart than `tau`: the median distance of a clip patch to the nearest one more
than 48 frames away (a quarter of the clip if it has under 192 frames), and at most 0.15 times the
median distance of any two. In a clip of several scenes no distant patch is similar, and without
that limit patches of any film would match.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from artengine.measure.thumbnails import SIDE, lumas

Floats = npt.NDArray[np.float32]

FRAMES = 3
"""The number of frames of a patch."""

PATCH = 8
STRIDE = 4
"""Side of a patch, and the stride between patches of a moment, in pixels of thumbnails."""

COMPONENTS = 32
WEAK = 20.0
"""The percentile of the clip's motion and contrast below which a patch is weak."""

MATCH = 50.0
"""The percentile of the clip's distances that is `tau`."""

UNLIKE = 0.15
"""Upper limit of `tau`, as a share of the median distance of any two of a clip's patches."""

APART = 48
"""Patches of a clip are compared with those more than this many frames away."""

MOST_GAIN = 4.0
"""The largest factor by which a film's contrast is raised or lowered to the clip's, so that faint
noise is not amplified into a picture."""

MOST = 60_000
"""The largest number of patches of a clip to keep, from evenly spread frames: 8 MB."""

_BLUR = 0.7
_FINE = 2  # stride of the clip's patches
_ACROSS = (SIDE - PATCH) // _FINE + 1
_TAKEN = 1024  # frames from which a film's colours are measured
_PART = 64  # moments in a batch


@dataclass(frozen=True)
class Look:
    """The mean and deviation of a film's channels, 0..255."""

    means: Floats
    deviations: Floats

    @classmethod
    def of(cls, thumbnails: npt.NDArray[np.uint8]) -> Look:
        """Measure at most 1024 frames, evenly spread."""
        places = np.linspace(0, len(thumbnails) - 1, min(_TAKEN, len(thumbnails)))
        some = _blurred(thumbnails[np.rint(places).astype(int)])
        deviations = np.maximum(some.std(axis=(0, 1, 2)), 0.25)
        return cls(some.mean(axis=(0, 1, 2)), deviations)

    def as_seen_by(self, clip: Look) -> Look:
        """Return the look that normalises this film to the clip's, with a limited gain."""
        gains = np.clip(clip.deviations / self.deviations, 1 / MOST_GAIN, MOST_GAIN)
        return Look(self.means, clip.deviations / gains)

    def normal(self, thumbnails: npt.NDArray[np.uint8]) -> Floats:
        """Blur thumbnails `(..., H, W, 3)`, and normalise to mean 0 and deviation 1: float32."""
        flat = thumbnails.reshape(-1, *thumbnails.shape[-3:])
        return ((_blurred(flat) - self.means) / self.deviations).reshape(thumbnails.shape)


@dataclass(frozen=True)
class Patches:
    """The patches of a clip, prepared for comparison.

    Args:
        clip: its thumbnails, uint8 `(N, 32, 32, 3)`.
        look: its colours.
        least: motion and contrast below which patches are weak.
        centre, components: mean and principal components of the patches, `(576,)` and `(576, 32)`.
        vectors: descriptions of the clip's patches, `(P, 33)`.
        corners: frame, row and column of each, int `(P, 3)`.
    """

    clip: npt.NDArray[np.uint8]
    look: Look
    least: tuple[float, float]
    centre: Floats
    components: Floats
    vectors: Floats
    corners: npt.NDArray[np.int64]

    @classmethod
    def of(cls, clip: npt.NDArray[np.uint8]) -> Patches:
        """Prepare thumbnails of a clip of at least 8 frames."""
        look = Look.of(clip)
        frames = len(clip) - FRAMES + 1
        taken = np.unique(np.linspace(0, frames - 1, MOST // _ACROSS**2).astype(int))
        strengths = [
            strength(look.normal(moments(clip, taken[at : at + _PART])), _FINE)
            for at in range(0, len(taken), _PART)
        ]
        motion, contrast = (np.concatenate(each) for each in zip(*strengths, strict=True))
        least = float(np.percentile(motion, WEAK)), float(np.percentile(contrast, WEAK))
        strong = (motion >= least[0]) & (contrast >= least[1]) & (motion > 0)

        some = np.unique(np.linspace(0, len(taken) - 1, 200).astype(int))
        seen = cut(look.normal(moments(clip, taken[some])), _FINE)[strong[some]][::3]
        if not len(seen):  # a still: nothing will match
            seen = np.zeros((1, FRAMES * PATCH * PATCH * 3), np.float32)
        centre = seen.mean(axis=0)
        spread = (seen - centre).T @ (seen - centre)
        components = np.ascontiguousarray(np.linalg.eigh(spread)[1][:, : -COMPONENTS - 1 : -1])
        made = cls(clip, look, least, centre, components, centre[None], np.zeros((1, 3), int))

        parts = [
            made.described(cut(look.normal(moments(clip, taken[at : at + _PART])), _FINE))
            for at in range(0, len(taken), _PART)
        ]
        found = np.nonzero(strong)
        rows, columns = np.divmod(found[1], _ACROSS)
        corners = np.stack([taken[found[0]], _FINE * rows, _FINE * columns], axis=1)
        vectors = np.concatenate(parts)[strong]
        return cls(clip, look, least, centre, components, vectors, corners)

    @cached_property
    def tau(self) -> float:
        """The distance within which patches match; 0 if the clip has none to compare."""
        gap = min(APART, len(self.clip) // 4)
        frames = self.corners[:, 0]
        distances = []
        for frame in np.unique(frames)[:: max(1, len(np.unique(frames)) // 60)]:
            far = np.abs(frames - frame) > gap
            # Those on the grid of a film's patches.
            asked = (frames == frame) & (self.corners[:, 1:] % STRIDE == 0).all(axis=1)
            if far.any() and asked.any():
                squares = _squares(self.vectors[asked], self.vectors[far])
                distances.append(squares.min(axis=1))
        if not distances:
            return 0.0
        pairs = np.random.default_rng(0).integers(0, len(self.vectors), (2, 1000))
        apart = np.linalg.norm(self.vectors[pairs[0]] - self.vectors[pairs[1]], axis=1)
        nearest = np.sqrt(np.percentile(np.concatenate(distances), MATCH))
        return min(float(nearest), UNLIKE * float(np.median(apart)))

    def strong(self, normal: Floats) -> npt.NDArray[np.bool_]:
        """Return which patches of moments `(n, 3, 32, 32, 3)` are not weak: `(n, 49)`."""
        motion, contrast = strength(normal)
        return (motion >= self.least[0]) & (contrast >= self.least[1]) & (motion > 0)

    def described(self, patches: Floats) -> Floats:
        """Return descriptions `(..., 33)` of patches `(..., 576)`, float32."""
        apart = patches - self.centre
        inside = apart @ self.components
        rest = (apart * apart).sum(axis=-1) - (inside * inside).sum(axis=-1)
        return np.concatenate([inside, np.sqrt(np.maximum(rest, 0))[..., None]], axis=-1)

    def matched(self, vectors: Floats) -> npt.NDArray[np.bool_]:
        """Return which described patches `(n, 33)` match a patch anywhere in the clip."""
        if not len(self.vectors) or not len(vectors):
            return np.zeros(len(vectors), bool)
        nearest = np.concatenate(
            [
                _squares(vectors[at : at + _PART], self.vectors).argmin(axis=1)
                for at in range(0, len(vectors), _PART)
            ]
        )
        # The clip's patches lie 2 pixels apart: also try those a pixel away from the nearest one.
        frames, rows, columns = self.corners[nearest].T
        needed, place = np.unique(frames, return_inverse=True)
        seen = self.look.normal(moments(self.clip, needed))
        windows = np.lib.stride_tricks.sliding_window_view(seen, (PATCH, PATCH), axis=(2, 3))
        found = np.zeros(len(vectors), bool)
        for down, across in np.ndindex(3, 3):
            beside = (
                np.clip(each, 0, SIDE - PATCH) for each in (rows + down - 1, columns + across - 1)
            )
            pieces = np.ascontiguousarray(windows[place, :, *beside]).reshape(len(vectors), -1)
            apart = self.described(pieces) - vectors
            found |= (apart * apart).sum(axis=1) <= self.tau**2
        return found


def moments(
    thumbnails: npt.NDArray[np.uint8], first: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint8]:
    """Return three frames from each of the given places on: `(n, 3, 32, 32, 3)`."""
    return np.asarray(thumbnails[first[:, None] + np.arange(FRAMES)])


def cut(normal: Floats, stride: int = STRIDE) -> Floats:
    """Cut moments `(n, 3, 32, 32, 3)` into patches: `(n, p, 576)`."""
    windows = np.lib.stride_tricks.sliding_window_view(normal, (PATCH, PATCH), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].swapaxes(1, 2).swapaxes(2, 3)
    number, down, across = windows.shape[:3]
    return np.ascontiguousarray(windows).reshape(number, down * across, -1)


def strength(normal: Floats, stride: int = STRIDE) -> tuple[Floats, Floats]:
    """Return motion and contrast of the patches of moments, each `(n, p)`."""
    luma = lumas(normal)
    windows = np.lib.stride_tricks.sliding_window_view(luma, (PATCH, PATCH), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    motion = np.abs(np.diff(windows, axis=1)).mean(axis=(1, 4, 5))
    contrast = windows.std(axis=(4, 5)).mean(axis=1)
    return motion.reshape(len(normal), -1), contrast.reshape(len(normal), -1)


def _squares(one: Floats, other: Floats) -> Floats:
    """Return squared distances of descriptions: `(len(one), len(other))`."""
    lengths = (one * one).sum(axis=1)[:, None] + (other * other).sum(axis=1)
    return np.asarray(np.maximum(lengths - 2 * (one @ other.T), 0), np.float32)


def _blurred(thumbnails: npt.NDArray[np.uint8]) -> Floats:
    return np.stack(
        [
            cv2.GaussianBlur(
                picture.astype(np.float32), (0, 0), _BLUR, None, _BLUR, cv2.BORDER_REPLICATE
            )
            for picture in thumbnails
        ]
    ).astype(np.float32, copy=False)
