"""Planes: one number a pixel."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.frame import Size, is_finite

Plane: TypeAlias = npt.NDArray[np.float32]
"""float32 `(H, W)`, `(1, W)` or `(H, 1)`: one number a pixel, a column or a row."""

Value: TypeAlias = float | Plane
"""What a part of a mask is: a number or a plane."""


def whole(plane: Plane, size: Size) -> Plane:
    """A plane as `(H, W)` in memory of its own row by row."""
    return np.ascontiguousarray(np.broadcast_to(plane, (size[1], size[0])))


def bounded(value: Value, low: float, high: float) -> Value:
    """A value within bounds; a number where a plane is the same everywhere.

    What has no value, as 0 / 0, becomes 0, or the bound that is nearest to it.
    """
    import cv2

    if isinstance(value, float):
        return float(min(high, max(low, 0.0 if math.isnan(value) else value)))
    plane = np.clip(value, np.float32(low), np.float32(high))
    if not is_finite(plane):
        plane = np.clip(np.nan_to_num(plane), np.float32(low), np.float32(high))
    least, greatest, _, _ = cv2.minMaxLoc(plane)
    return float(least) if least == greatest else plane
