"""The size to train at, where it follows the clip's own shape."""

from __future__ import annotations

import math
from typing import Literal

from artengine.frame import Size
from artengine.source import Source

PIXELS = 65_536
"""About how many pixels a frame has that keeps its clip's shape: as many as one of 256x256."""

STEP = 16
"""What both sides divide by: networks then fill up little or nothing."""


def training_size(size: Size | Literal["auto"], source: Source) -> Size:
    """The size to store frames at.

    Args:
        size: `train.size`.
        source: what is learnt, which "auto" takes the shape from.

    Raises:
        SourceError: when the source cannot be read.
    """
    if size == "auto":
        return size_of_shape(*source.once().open().size)
    return size


def size_of_shape(width: int, height: int) -> Size:
    """Width and height of about 65,000 pixels that divide by 16, near to a shape.

    A wrong shape counts twice as much as another number of pixels.
    """

    def off(size: Size) -> float:
        shape = math.log(size[0] * height / (size[1] * width))
        return 2.0 * abs(shape) + abs(math.log(size[0] * size[1] / PIXELS))

    sides = range(STEP, PIXELS // STEP + 1, STEP)
    widths = (STEP * round(row * width / height / STEP) for row in sides)
    nearest = (
        (min(max(across, sides[0]), sides[-1]), row)
        for across, row in zip(widths, sides, strict=True)
    )
    return min(nearest, key=off)
