"""Fields: parameters with a value per pixel."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from artengine.api import Frame
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.spread import spread

Field: TypeAlias = float | Plane
"""A number, or float32 `(H, W)`: the values of a parameter marked `field=True`."""


def over(value: Field, frame: Frame | Plane) -> np.float32 | Frame | Plane:
    """Shape a number or field so that a frame or plane can be multiplied by it or shifted by it.

    Args:
        value: the number or field.
        frame: `(H, W)` or `(H, W, C)`; only its shape matters.

    Returns:
        The number, or the field with as many dimensions as the frame.
    """
    if not isinstance(value, np.ndarray):
        return np.float32(value)
    if frame.ndim == 2:
        return value
    return spread(value) if frame.shape[-1] == 3 else value[..., None]
