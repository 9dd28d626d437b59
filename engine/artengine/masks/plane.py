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
"""A plane of which each pixel is in or out, as a comparison gives it: a quarter of the memory."""

Value: TypeAlias = float | Plane
"""What a mask or a field is: a number or a plane."""

AnyValue: TypeAlias = Value | Bits
"""What a part of a mask is."""

AnyPlane = TypeVar("AnyPlane", Plane, Bits)


def whole(plane: AnyPlane, size: Size) -> AnyPlane:
    """A plane as `(H, W)` in memory row by row."""
    return np.ascontiguousarray(np.broadcast_to(plane, (size[1], size[0])))


def is_bits(value: object) -> TypeGuard[Bits]:
    """Whether a value is a plane of which each pixel is in or out."""
    return isinstance(value, np.ndarray) and value.dtype == np.bool_


def as_numbers(value: AnyValue) -> Value:
    """A value whose planes are of numbers: 1 where a pixel is in, 0 where it is out."""
    return value if isinstance(value, float) else value.astype(np.float32, copy=False)


def simplified(value: AnyValue) -> AnyValue:
    """A mask within 0..1; a number where it is the same everywhere. Bits stay bits."""
    if isinstance(value, float) or not is_bits(value):
        return bounded(value, 0.0, 1.0)
    count = int(np.count_nonzero(value))
    return value if 0 < count < value.size else float(count > 0)


def bounded(value: AnyValue, low: float, high: float) -> Value:
    """A value within bounds; a number where a plane is the same everywhere.

    What has no value, as 0 / 0, becomes 0, or the bound that is nearest to it.
    """
    import cv2

    value = as_numbers(value)
    if isinstance(value, float):
        return float(min(high, max(low, 0.0 if math.isnan(value) else value)))
    low, high = float(np.float32(low)), float(np.float32(high))
    plane = value if is_finite(value) else np.nan_to_num(value)
    least, greatest, _, _ = cv2.minMaxLoc(plane)
    # A look at all of it takes a third of the time of cutting it off.
    if least < low or greatest > high:
        plane = np.clip(plane, np.float32(low), np.float32(high))
        least, greatest = min(max(least, low), high), min(max(greatest, low), high)
    return float(least) if least == greatest else plane
