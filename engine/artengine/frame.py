"""Frames: the arrays that travel through the loop, and their 8-bit form outside it."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Frame: TypeAlias = npt.NDArray[np.float32]
"""float32 `(H, W, 3)`, RGB, sRGB-encoded, nominally 0..1, free to leave that range."""

Picture: TypeAlias = npt.NDArray[np.uint8]
"""uint8 `(H, W, 3)`, RGB: what sources read and writers write."""

Size: TypeAlias = tuple[int, int]
"""Width and height in pixels, in this order."""

_STRIP = 1 << 15
"""Values that are turned at once."""


def to_picture(frame: Frame) -> Picture:
    """Clip a frame to 0..1 and round it to 8 bits; not-a-number becomes black."""
    picture = np.empty(frame.shape, np.uint8)
    # Rows that fit into a processor's cache: quicker, and large frames take no room besides.
    rows = max(1, _STRIP // max(1, frame[:1].size))
    room = np.empty((rows, *frame.shape[1:]), np.float32)
    with np.errstate(invalid="ignore"):
        for first in range(0, len(frame), rows):
            strip = frame[first : first + rows]
            scaled = np.multiply(strip, np.float32(255.0), out=room[: len(strip)])
            scaled += np.float32(0.5)
            # Three times as fast as fmax and fmin. It leaves not-a-number, which turns into 0.
            np.clip(scaled, np.float32(0.0), np.float32(255.0), out=scaled)
            picture[first : first + rows] = scaled
    return picture


def to_frame(picture: Picture) -> Frame:
    """Turn an 8-bit picture into a frame in 0..1."""
    return np.multiply(picture, np.float32(1.0 / 255.0), dtype=np.float32)


def to_read_only_frame(picture: Picture) -> Frame:
    """Turn an 8-bit picture into a frame that nobody can write to."""
    frame = to_frame(picture)
    frame.flags.writeable = False
    return frame


def size_of(frame: Frame | Picture) -> Size:
    """Width and height of an array `(H, W, 3)`."""
    return int(frame.shape[1]), int(frame.shape[0])


def is_finite(frame: Frame) -> bool:
    """Whether every value is a number: neither nan nor infinite."""
    # The sum of squares is four times as quick as a look at each value, and is finite only if all
    # of them are. Of huge values it overflows.
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(np.vdot(frame, frame)) or np.isfinite(frame).all())


def same_shape(one: Size, other: Size) -> bool:
    """Whether two sizes are as wide for their height, to a fiftieth.

    Sizes that were rounded to whole pixels, or to even ones, are still of one shape.
    """
    return abs(one[0] * other[1] / (one[1] * other[0]) - 1.0) < 0.02
