"""Softening, growing and shrinking planes."""

from __future__ import annotations

import numpy as np

from artengine.frame import Size
from artengine.masks.plane import Plane, whole

FARTHEST = 4096.0
"""The most pixels by which a mask may be feathered or grown."""


def feathered(plane: Plane, pixels: float) -> Plane:
    """Soften the edges of a plane to a width of `pixels`."""
    import cv2

    # Two box filters of half the width make a smooth ramp of the whole width.
    side = 2 * round(min(abs(pixels), FARTHEST) / 4.0) + 1
    if side == 1:
        return plane
    # A box cannot be wider than the plane.
    sides = tuple(min(side, 2 * ((n - 1) // 2) + 1) for n in plane.shape[::-1])
    for _ in range(2):
        plane = cv2.blur(plane, sides, borderType=cv2.BORDER_REPLICATE).astype(
            np.float32, copy=False
        )
    return plane


def grown(plane: Plane, pixels: float, size: Size) -> Plane:
    """Grow the area where a plane is at least a half by `pixels`; below 0 it shrinks.

    Returns:
        `(H, W)` in 0..1, with an edge of one pixel.
    """
    import cv2

    pixels = min(max(pixels, -FARTHEST), FARTHEST)
    inside = whole(plane, size) >= np.float32(0.5)
    grows = pixels >= 0
    # The distance of each pixel to the nearest one that is 0.
    away = cv2.distanceTransform((inside ^ grows).astype(np.uint8), cv2.DIST_L2, 5)
    edge = np.float32(abs(pixels) + 1.0) - away.astype(np.float32, copy=False)
    np.clip(edge, np.float32(0.0), np.float32(1.0), out=edge)
    return edge if grows else np.float32(1.0) - edge
