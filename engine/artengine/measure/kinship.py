"""Kinship: how near a film's pictures stay to those of its clip, at every scale.

The sliced Wasserstein distance of Karras, Aila, Laine and Lehtinen, "Progressive Growing of GANs
for Improved Quality, Stability, and Variation" (2018), section 5: patches of 7x7 pixels on 4 levels
of a Laplacian pyramid (Burt and Adelson 1983) are projected onto random directions, and what is
compared is how the projections are distributed. Not which picture it is counts, but what pictures
are made of: colours, edges, textures.

Kinship is the distance between the clip's first and second half over that between film and clip,
and at most 1: a film that is no further from its clip than the clip is from itself is of its kin.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from artengine.errors import SourceError
from artengine.frame import Picture

Descriptors: TypeAlias = list[npt.NDArray[np.float32]]
"""For each level of the pyramid float32 `(64 * 128, 7, 7, 3)`, before they are normalised."""

SIDE = 128
"""Width and height in pixels at which pictures are compared."""

PICTURES = 64
"""How many pictures are taken of each side."""

FEWEST = 16
"""The shortest clip that has halves to compare, in frames."""

LEVELS = 4
PATCHES = 128
PATCH = 7
PROJECTIONS = 512
SEED = 20180226

# Pictures to remember: films up to this length are sampled exactly. It takes 96 MiB.
_MOST = 2048


@dataclass
class Samples:
    """Pictures of a film at 128x128, evenly spread, in memory that does not grow with its length.

    Every picture is kept until there are 2048, then every second one, every fourth and so on. What
    is then taken lies off its place by a sixteenth of the way to the next at most.
    """

    length: int = 0
    _stride: int = 1
    _kept: list[Picture] = field(default_factory=list)

    def feed(self, picture: Picture) -> None:
        """Take the next picture, uint8 `(H, W, 3)`; it is kept at 128x128."""
        if self.length % self._stride == 0:
            if len(self._kept) == _MOST:
                del self._kept[1::2]
                self._stride *= 2
            self._kept.append(shrunk(picture, (SIDE, SIDE)))
        self.length += 1

    def take(self, first: int, stop: int) -> list[Picture]:
        """64 pictures, evenly from frame `first` to before `stop`.

        Where there are fewer frames some come twice, so that there are as many patches always.
        """
        wanted = np.linspace(first, max(first, stop - 1), PICTURES)
        places = np.rint(wanted / self._stride).astype(int)
        return [self._kept[place] for place in np.minimum(places, len(self._kept) - 1)]


@dataclass(frozen=True)
class Kin:
    """What a film is compared with: 64 pictures of its clip, and how far its halves are apart.

    Args:
        whole: patches of the whole clip.
        means, deviations: of the clip's patches on each level, for each channel: they normalise
            the film's patches too, so that a change of colour counts.
        halves: distance between the clip's halves.
    """

    whole: Descriptors
    means: list[npt.NDArray[np.float32]]
    deviations: list[npt.NDArray[np.float32]]
    halves: float

    def distance(self, one: Descriptors, other: Descriptors) -> float:
        """Sliced Wasserstein distance, mean over the levels, in standard deviations of the
        clip."""
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
    """Prepare a clip for being compared with.

    Each half gives 64 pictures of its own, as the whole does, so that both distances rest on as
    many patches; a half that is shorter gives some pictures twice. Both distances are normalised
    by the whole clip.

    Raises:
        SourceError: when the clip has fewer than 16 frames.
    """
    if clip.length < FEWEST:
        raise SourceError(
            f"the clip has {clip.length} frames, too few to compare its halves; "
            f"give one of {FEWEST} or more"
        )
    middle = clip.length // 2
    whole = descriptors(clip.take(0, clip.length))
    means = [level.mean(axis=(0, 1, 2)) for level in whole]
    # A level without any contrast must not divide by nothing.
    deviations = [np.maximum(level.std(axis=(0, 1, 2)), 1e-6) for level in whole]
    found = Kin(whole, means, deviations, halves=0.0)
    halves = (descriptors(clip.take(*span)) for span in ((0, middle), (middle, clip.length)))
    return Kin(whole, means, deviations, halves=found.distance(*halves))


def kinship(film: Samples, clip: Kin, first: int = 0) -> float:
    """How near a film is to its clip, 0..1; 1 is as near as the clip is to itself.

    Args:
        film: pictures of the film.
        clip: what it is compared with.
        first: the frame of the film from which pictures are taken.
    """
    distance = clip.distance(descriptors(film.take(first, film.length)), clip.whole)
    return min(1.0, clip.halves / distance) if distance > 0 else 1.0


def descriptors(pictures: list[Picture]) -> Descriptors:
    """128 patches of each picture on each level.

    Their random places are those of a level, the same in all pictures. A road below and a sky
    above are so compared in the same places, and the halves of a clip that moves differ by more
    than by how the patches fell.
    """
    levels: list[list[npt.NDArray[np.float32]]] = [[] for _ in range(LEVELS)]
    for picture in pictures:
        for level, plane in enumerate(pyramid(picture)):
            windows = np.lib.stride_tricks.sliding_window_view(plane, (PATCH, PATCH), axis=(0, 1))
            down, across = _places(level)
            levels[level].append(np.moveaxis(windows[down, across], 1, -1))
    return [np.concatenate(level) for level in levels]


def pyramid(picture: Picture) -> list[npt.NDArray[np.float32]]:
    """Laplacian pyramid of a picture: 4 levels, each half as large, the last one low-pass."""
    levels = []
    fine = picture.astype(np.float32)
    for _ in range(LEVELS - 1):
        coarse = cv2.pyrDown(fine).astype(np.float32, copy=False)
        levels.append(fine - cv2.pyrUp(coarse, dstsize=(fine.shape[1], fine.shape[0])))
        fine = coarse
    return [*levels, fine]


def sliced_wasserstein(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    """Mean distance of two sets of points `(N, D)` along 512 directions, the same ones always.

    Along one direction the Wasserstein-1 distance is the mean difference of the sorted points.
    """
    directions = _directions(a.shape[1])
    # A row for each direction: sorting is several times quicker along memory than across.
    one, other = (np.sort(directions @ side.T, axis=1) for side in (a, b))
    return float(np.abs(one - other).mean())


def shrunk(picture: Picture, size: tuple[int, int]) -> Picture:
    """A picture at another width and height: averaged over areas where it shrinks, so that what is
    finer than a pixel does not come back as false detail, and cubic where it grows."""
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    shrinks = size[0] <= width and size[1] <= height
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(picture, size, interpolation=way).astype(np.uint8, copy=False)


@lru_cache(maxsize=LEVELS)
def _places(level: int) -> npt.NDArray[np.int64]:
    """Rows and columns of the patches' upper left corners: `(2, 128)`."""
    chance = np.random.default_rng((SEED, level))
    return chance.integers(0, (SIDE >> level) - PATCH + 1, (2, PATCHES))


@lru_cache(maxsize=1)
def _directions(dimensions: int) -> npt.NDArray[np.float32]:
    """Unit vectors: `(512, D)`."""
    found = np.random.default_rng(SEED).standard_normal((PROJECTIONS, dimensions))
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(unit, np.float32)
