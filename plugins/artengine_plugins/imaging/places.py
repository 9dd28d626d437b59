"""Positions in a frame, in pixels from a point of it."""

from __future__ import annotations

import numpy as np

from artengine.api import Frame
from artengine_plugins.imaging.luma import Plane

_FARTHEST = 16000.0
"""Largest position in pixels: OpenCV stores positions in 16 bits."""


def shorter_side(frame: Frame) -> int:
    """Return the shorter side of a frame `(H, W, 3)` in pixels, the reference for sizes."""
    height, width = frame.shape[:2]
    return int(min(height, width))


def middle(frame: Frame, x: float, y: float) -> tuple[np.float32, np.float32]:
    """Convert a point from shares of width and height, 0..1, to pixels."""
    height, width = frame.shape[:2]
    return np.float32(x * (width - 1)), np.float32(y * (height - 1))


def offsets(frame: Frame, x: float, y: float) -> tuple[Plane, Plane]:
    """Return how far each pixel is to the right of a point, `(1, W)`, and below it, `(H, 1)`."""
    height, width = frame.shape[:2]
    column, row = middle(frame, x, y)
    right = np.arange(width, dtype=np.float32)[None, :] - column
    down = np.arange(height, dtype=np.float32)[:, None] - row
    return right, down


def within_reach(places: Plane) -> Plane:
    """Clip source positions to the range that OpenCV supports; changes `places`."""
    return np.clip(places, -_FARTHEST, _FARTHEST, out=places)
