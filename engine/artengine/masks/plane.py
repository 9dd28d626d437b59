"""Planes: one number a pixel."""

from __future__ import annotations

import math
from typing import TypeAlias, TypeGuard, TypeVar

import numpy as np
import numpy.typing as npt

from artengine.frame import Size, is_finite

Plane: TypeAlias = npt.NDArray[np.float32]
"""float32 `(H, W)`, `(1, W)` or `(H, 1)`: one number a pixel, a column or a row."""

Bits: TypeAlias = npt.NDArray[np.bool_]
"""A boolean plane, as comparisons return it: a quarter of the memory of a `Plane`."""

Value: TypeAlias = float | Plane
"""The value of a mask or a field: a number or a plane."""

AnyValue: TypeAlias = Value | Bits
"""The value of a part of a mask."""

AnyPlane = TypeVar("AnyPlane", Plane, Bits)


def whole(plane: AnyPlane, size: Size) -> AnyPlane:
    """Broadcast a plane to `(H, W)`, contiguous in memory."""
    return np.ascontiguousarray(np.broadcast_to(plane, (size[1], size[0])))


def is_bits(value: object) -> TypeGuard[Bits]:
    """Return whether a value is a boolean plane."""
    return isinstance(value, np.ndarray) and value.dtype == np.bool_


def as_numbers(value: AnyValue) -> Value:
    """Convert boolean planes to numbers: 1 where a pixel is true, 0 where it is false."""
    return value if isinstance(value, float) else value.astype(np.float32, copy=False)


def simplified(value: AnyValue) -> AnyValue:
    """Clamp a mask to 0..1; return a number if it is constant. Bits stay bits."""
    if isinstance(value, float) or not is_bits(value):
        return bounded(value, 0.0, 1.0)
    count = int(np.count_nonzero(value))
    return value if 0 < count < value.size else float(count > 0)


def bounded(value: AnyValue, low: float, high: float) -> Value:
    """Clamp a value to bounds; return a number if a plane is constant.

    NaN, such as 0 / 0, becomes 0, or the bound nearest to 0.
    """
    import cv2

    value = as_numbers(value)
    if isinstance(value, float):
        return float(min(high, max(low, 0.0 if math.isnan(value) else value)))
    low, high = float(np.float32(low)), float(np.float32(high))
    plane = value if is_finite(value) else np.nan_to_num(value)
    least, greatest, _, _ = cv2.minMaxLoc(plane)
    # Finding the extremes takes a third of the time of clipping.
    if least < low or greatest > high:
        plane = np.clip(plane, np.float32(low), np.float32(high))
        least, greatest = min(max(least, low), high), min(max(greatest, low), high)
    return float(least) if least == greatest else plane
