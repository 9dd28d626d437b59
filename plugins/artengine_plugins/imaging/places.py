"""Places in a frame, in pixels from a point of it."""

from __future__ import annotations

import numpy as np

from artengine.api import Frame
from artengine_plugins.imaging.luma import Plane

_FARTHEST = 16000.0
"""OpenCV counts places in 16 bits."""


def shorter_side(frame: Frame) -> int:
    """The shorter side of a frame `(H, W, 3)`, in pixels: what sizes are shares of."""
    height, width = frame.shape[:2]
    return int(min(height, width))


def middle(frame: Frame, x: float, y: float) -> tuple[np.float32, np.float32]:
    """A point given as shares of width and height, 0..1, in pixels."""
    height, width = frame.shape[:2]
    return np.float32(x * (width - 1)), np.float32(y * (height - 1))


def offsets(frame: Frame, x: float, y: float) -> tuple[Plane, Plane]:
    """How far each pixel is to the right of a point, `(1, W)`, and below it, `(H, 1)`."""
    height, width = frame.shape[:2]
    column, row = middle(frame, x, y)
    right = np.arange(width, dtype=np.float32)[None, :] - column
    down = np.arange(height, dtype=np.float32)[:, None] - row
    return right, down


def within_reach(places: Plane) -> Plane:
    """Keep places to draw pixels from within what OpenCV can count; changes `places`."""
    return np.clip(places, -_FARTHEST, _FARTHEST, out=places)
