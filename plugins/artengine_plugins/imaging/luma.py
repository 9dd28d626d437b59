"""Luma: the brightness of pixels."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Frame

Plane = npt.NDArray[np.float32]
"""float32 `(H, W)`: one number per pixel."""

WEIGHTS: tuple[float, float, float] = (0.2126, 0.7152, 0.0722)
"""Weights of red, green and blue in luma (ITU-R BT.709); they add up to 1."""


def luma(frame: Frame) -> Plane:
    """Return the luma `(H, W)` of a frame `(H, W, 3)`, unclipped."""
    return cv2.transform(frame, np.array([WEIGHTS], np.float32)).astype(np.float32, copy=False)
