"""Fields: parameters that are another number at each pixel."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from artengine.api import Frame
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.spread import spread

Field: TypeAlias = float | Plane
"""A number, or float32 `(H, W)`: what a parameter marked `field=True` may be."""


def over(value: Field, frame: Frame | Plane) -> np.float32 | Frame | Plane:
    """What a frame or plane is to be multiplied by, or moved by, for a number or a field.

    Args:
        value: the number or field.
        frame: `(H, W)` or `(H, W, C)`; only its shape counts.

    Returns:
        The number, or the field in as many dimensions as the frame has.
    """
    if not isinstance(value, np.ndarray):
        return np.float32(value)
    if frame.ndim == 2:
        return value
    return spread(value) if frame.shape[-1] == 3 else value[..., None]
