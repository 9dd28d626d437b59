"""How fast values change from pixel to pixel."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.api import Frame


def steepness(values: Frame) -> Frame:
    """Slope of a frame `(H, W, 3)` or plane `(H, W)` in values a pixel, by Scharr (2000).

    Values are finite where their squares are.
    """
    # Weights of 16 on either side, two pixels apart.
    x, y = (
        cv2.Scharr(
            values, cv2.CV_32F, *axis, scale=1.0 / 32.0, borderType=cv2.BORDER_REPLICATE
        ).astype(np.float32, copy=False)
        for axis in ((1, 0), (0, 1))
    )
    # cv2.magnitude rounds by where in memory the values lie, so it is not the same each time.
    x *= x
    y *= y
    x += y
    return np.sqrt(x, out=x)
