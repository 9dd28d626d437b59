"""Frames: the float arrays inside the dream loop, and their 8-bit form outside it."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Frame: TypeAlias = npt.NDArray[np.float32]
"""float32 `(H, W, 3)`, RGB, sRGB-encoded, nominally 0..1; values may leave that range."""

Picture: TypeAlias = npt.NDArray[np.uint8]
"""uint8 `(H, W, 3)`, RGB: the format of sources and writers."""

Size: TypeAlias = tuple[int, int]
"""Width and height in pixels, in this order."""

_STRIP = 1 << 15
"""Number of values that are converted at once."""


def to_picture(frame: Frame) -> Picture:
    """Clip a frame to 0..1 and round it to 8 bits; NaN becomes black."""
    picture = np.empty(frame.shape, np.uint8)
    # Convert strips of rows that fit into the cache: faster, and without a full-size temporary.
    rows = max(1, _STRIP // max(1, frame[:1].size))
    buffer = np.empty((rows, *frame.shape[1:]), np.float32)
    with np.errstate(invalid="ignore"):
        for first in range(0, len(frame), rows):
            strip = frame[first : first + rows]
            scaled = np.multiply(strip, np.float32(255.0), out=buffer[: len(strip)])
            scaled += np.float32(0.5)
            # Three times as fast as fmax and fmin. It keeps NaN, which the cast turns into 0.
            np.clip(scaled, np.float32(0.0), np.float32(255.0), out=scaled)
            picture[first : first + rows] = scaled
    return picture


def to_frame(picture: Picture) -> Frame:
    """Convert an 8-bit picture to a frame in 0..1."""
    return np.multiply(picture, np.float32(1.0 / 255.0), dtype=np.float32)


def to_read_only_frame(picture: Picture) -> Frame:
    """Convert an 8-bit picture to a read-only frame in 0..1."""
    frame = to_frame(picture)
    frame.flags.writeable = False
    return frame


def size_of(frame: Frame | Picture) -> Size:
    """Return the width and height of an array `(H, W, 3)`."""
    return int(frame.shape[1]), int(frame.shape[0])


def is_finite(frame: Frame) -> bool:
    """Return whether every value is finite: neither NaN nor infinite."""
    # The sum of squares is four times as fast as testing each value, and is finite only if all of
    # them are. It overflows for huge finite values, so test those one by one.
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(np.vdot(frame, frame)) or np.isfinite(frame).all())


def same_shape(one: Size, other: Size) -> bool:
    """Return whether two sizes have the same aspect ratio, within 2%.

    The tolerance covers sizes that were rounded to whole or even pixels.
    """
    return abs(one[0] * other[1] / (one[1] * other[0]) - 1.0) < 0.02
