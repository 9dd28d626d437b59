"""Kinship: how close a film's pictures stay to those of its clip, at every scale.

The sliced Wasserstein distance of Karras, Aila, Laine and Lehtinen, "Progressive Growing of GANs
for Improved Quality, Stability, and Variation" (2018), section 5: patches of 7x7 pixels on 4 levels
of a Laplacian pyramid (Burt and Adelson 1983) are projected onto random directions, and the
distributions of the projections are compared. So the distance depends on what pictures are made of
(colours, edges, textures), and not on which picture it is.

As in the paper, each picture gives 128 patches a level, from random places of its own. The patches
of both sides are normalised by the mean and deviation of the clip's channels, so that a film of
other colours is further away.

Kinship is the distance between the first and second half of the clip's pictures, divided by that
between film and clip, and at most 1: a film no further from its clip than the clip is from itself
has 1. Sampling alone separates patches of the same pictures, and the more so the fewer there are: a
half has 4,096 on each level, film and clip 8,192, so kinship is biased slightly towards 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from artengine.counts import counted
from artengine.errors import SourceError
from artengine.frame import Picture, Size, size_of
from artengine.measure.spread import Spread

Descriptors: TypeAlias = list[npt.NDArray[np.float32]]
"""Patches of each level of the pyramid, float32 `(64 * 128, 7, 7, 3)`, not yet normalised."""

SIDE = 128
"""Width and height in pixels at which pictures are compared."""

PICTURES = 64
"""The number of pictures sampled from the film and from the clip."""

FEWEST = 16
"""The fewest frames of a clip whose halves can be compared."""

LEVELS = 4
PATCHES = 128
PATCH = 7
PROJECTIONS = 512
SEED = 20180226

# Pictures to keep: films up to this length are sampled exactly. They take 96 MiB.
_MOST = 2048


@dataclass
class Samples:
    """Pictures of a film at 128x128, evenly spread, in memory that does not grow with its length.

    In a film of over 2048 frames, a sample is off its exact place by at most a sixteenth of the
    spacing.
    """

    _spread: Spread[Picture] = field(default_factory=lambda: Spread(_MOST))

    @property
    def length(self) -> int:
        """The number of pictures fed so far."""
        return self._spread.length

    def feed(self, picture: Picture) -> None:
        """Take the next picture, uint8 `(H, W, 3)`; it is kept at 128x128."""
        self._spread.feed(lambda: resized(picture, (SIDE, SIDE)))

    def take(self, first: int = 0) -> list[Picture]:
        """Return 64 pictures, evenly spread from frame `first` to the last.

        If there are fewer frames, some come twice, to keep the number of patches the same.
        """
        wanted = np.linspace(first, max(first, self.length - 1), PICTURES)
        places = np.rint(wanted / self._spread.stride).astype(int)
        return [
            self._spread.kept[place] for place in np.minimum(places, len(self._spread.kept) - 1)
        ]


@dataclass(frozen=True)
class Kin:
    """The reference of a film: patches of its clip, and the distance between the clip's halves.

    Args:
        whole: patches of the whole clip.
        means, deviations: of each channel of the clip's patches on each level; they normalise the
            film's patches too, so that a change of colour counts.
        halves: distance between the clip's halves.
    """

    whole: Descriptors
    means: list[npt.NDArray[np.float32]]
    deviations: list[npt.NDArray[np.float32]]
    halves: float

    def distance(self, one: Descriptors, other: Descriptors) -> float:
        """Return the sliced Wasserstein distance, averaged over the levels, in standard deviations
        of the clip."""
        total = 0.0
        for level in range(LEVELS):
            mean, deviation = self.means[level], self.deviations[level]
            a, b = (
                ((side[level] - mean) / deviation).reshape(len(side[level]), -1)
                for side in (one, other)
            )
            total += sliced_wasserstein(a, b)
        return total / LEVELS


def kin(clip: Samples) -> Kin:
    """Prepare a clip as a reference.

    Raises:
        SourceError: when the clip has fewer than 16 frames.
    """
    if clip.length < FEWEST:
        raise SourceError(
            f"the clip has {counted(clip.length, 'frame')}, too few to compare its halves; "
            f"give one of {FEWEST} or more"
        )
    whole = descriptors(clip.take(), "clip")
    means = [level.mean(axis=(0, 1, 2)) for level in whole]
    # Avoid division by 0 on a level without contrast.
    deviations = [np.maximum(level.std(axis=(0, 1, 2)), 1e-6) for level in whole]
    found = Kin(whole, means, deviations, halves=0.0)
    middle = PICTURES * PATCHES // 2
    halves = ([level[:middle] for level in whole], [level[middle:] for level in whole])
    return Kin(whole, means, deviations, halves=found.distance(*halves))


def kinship(film: Samples, clip: Kin, first: int = 0) -> float:
    """Return how close a film is to its clip, 0..1; 1 is as close as the clip is to itself.

    Args:
        film: pictures of the film.
        clip: the reference of its clip.
        first: the frame of the film from which pictures are taken.
    """
    distance = clip.distance(descriptors(film.take(first), "film"), clip.whole)
    return min(1.0, clip.halves / distance) if distance > 0 else 1.0


def descriptors(pictures: Sequence[Picture], side: Literal["clip", "film"]) -> Descriptors:
    """Return 128 patches of each picture on each level, from random places fixed by the seed.

    The two sides have different places, so that sampling noise separates a film from its clip as it
    separates the clip's halves.
    """
    chance = np.random.default_rng((SEED, ("clip", "film").index(side)))
    levels: list[list[npt.NDArray[np.float32]]] = [[] for _ in range(LEVELS)]
    for picture in pictures:
        for found, plane in zip(levels, pyramid(picture), strict=True):
            windows = np.lib.stride_tricks.sliding_window_view(plane, (PATCH, PATCH), axis=(0, 1))
            down, across = chance.integers(0, windows.shape[:2], (PATCHES, 2)).T
            found.append(np.moveaxis(windows[down, across], 1, -1))
    return [np.concatenate(level) for level in levels]


def pyramid(picture: Picture) -> list[npt.NDArray[np.float32]]:
    """Return the Laplacian pyramid of a picture: 4 levels of halved size, the last low-pass."""
    levels = []
    fine = picture.astype(np.float32)
    for _ in range(LEVELS - 1):
        coarse = cv2.pyrDown(fine).astype(np.float32, copy=False)
        levels.append(fine - cv2.pyrUp(coarse, dstsize=(fine.shape[1], fine.shape[0])))
        fine = coarse
    return [*levels, fine]


def sliced_wasserstein(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    """Return the mean distance of two sets of points `(N, D)` along 512 fixed directions.

    Along one direction the Wasserstein-1 distance is the mean difference of the sorted points.
    """
    directions = _directions(a.shape[1])
    # A row for each direction: sorting is several times faster along contiguous memory.
    one, other = (np.sort(directions @ side.T, axis=1) for side in (a, b))
    return float(np.abs(one - other).mean())


def resized(picture: Picture, size: Size) -> Picture:
    """Stretch a picture to another width and height.

    Shrinking averages over areas, to avoid aliasing; enlarging is bicubic.
    """
    width, height = size_of(picture)
    smaller = min(width, size[0]), min(height, size[1])
    for target, way in ((smaller, cv2.INTER_AREA), (size, cv2.INTER_CUBIC)):
        if size_of(picture) != target:
            picture = np.asarray(cv2.resize(picture, target, interpolation=way), np.uint8)
    return picture


@lru_cache(maxsize=1)
def _directions(dimensions: int) -> npt.NDArray[np.float32]:
    """Return random unit vectors, `(512, D)`."""
    found = np.random.default_rng(SEED).standard_normal((PROJECTIONS, dimensions))
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(unit, np.float32)
