"""The training size, which may follow the clip's aspect ratio."""

from __future__ import annotations

import math
from typing import Literal

from artengine.frame import Size
from artengine.source import Source

PIXELS = 65_536
"""Approximate number of pixels of a frame with its clip's aspect ratio: that of 256x256."""

STEP = 16
"""Both sides are multiples of this, so that networks need little or no padding."""


def training_size(size: Size | Literal["auto"], source: Source) -> Size:
    """Return the size to store frames at.

    Args:
        size: `train.size`.
        source: the source, whose aspect ratio "auto" uses.

    Raises:
        SourceError: when the source cannot be read.
    """
    if size == "auto":
        return size_of_shape(*source.once().open().size)
    return size


def size_of_shape(width: int, height: int) -> Size:
    """Return multiples of 16 with about 65,000 pixels and nearly the aspect ratio of a size.

    The error of the aspect ratio counts twice as much as that of the number of pixels.
    """

    def distance(size: Size) -> float:
        shape = math.log(size[0] * height / (size[1] * width))
        return 2.0 * abs(shape) + abs(math.log(size[0] * size[1] / PIXELS))

    sides = range(STEP, PIXELS // STEP + 1, STEP)
    widths = (STEP * round(row * width / height / STEP) for row in sides)
    nearest = (
        (min(max(across, sides[0]), sides[-1]), row)
        for across, row in zip(widths, sides, strict=True)
    )
    return min(nearest, key=distance)
