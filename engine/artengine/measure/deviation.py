"""The deviation of a picture from another one, and whether a codec explains it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from artengine.frame import Picture, size_of

BLOCK = 16
"""Side of the blocks whose mean colours are compared, in pixels."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """The deviation of a picture, in steps of 8-bit values.

    Args:
        mean: mean absolute difference of all values, 0 to 255.
        block: the largest difference between mean colours of a block, 0 to 255. The error of a
            codec is noise, which nearly averages out in a block; a different picture does not.
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
    """Return whether a codec's error, with some tolerance, is large enough to explain a deviation.

    Args:
        codec: deviation of the encoded picture from the original. If it is 0, only 0 is explained.
        found: the deviation to explain.
    """
    if codec.mean == 0:
        return found.mean == 0
    return found.mean <= 1.15 * codec.mean + 0.1 and found.block <= 3 * codec.block + 4
