"""How far a picture is off from another one, and whether a codec explains it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from artengine.frame import Picture, size_of

BLOCK = 16
"""Side of the blocks whose mean colours are compared, in pixels."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far a picture is off, in steps of 8-bit values.

    Args:
        mean: the mean difference of all values, 0 to 255.
        block: the largest difference of mean colours of a block, 0 to 255. A codec's error is
            noise and nearly vanishes in it; another picture does not.
    """

    mean: float
    block: float


def deviation(picture: Picture, other: Picture) -> Deviation:
    """Compare two pictures, uint8 `(H, W, 3)`; one of another size is scaled to the first's."""
    size = size_of(picture)
    if size_of(other) != size:
        other = cv2.resize(other, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    difference = picture.astype(np.float32) - other.astype(np.float32)
    width, height = (max(1, round(side / BLOCK)) for side in size)
    blocks = cv2.resize(difference, (width, height), interpolation=cv2.INTER_AREA)
    return Deviation(float(np.abs(difference).mean()), float(np.abs(blocks).max()))


def explains(codec: Deviation, found: Deviation) -> bool:
    """Whether a deviation is no larger than a codec's error, as far as that varies.

    Args:
        codec: how far the encoded picture is off from itself. Where it is nothing, nothing is
            explained.
        found: what is to be explained.
    """
    if codec.mean == 0:
        return found.mean == 0
    return found.mean <= 1.15 * codec.mean + 0.1 and found.block <= 3 * codec.block + 4
