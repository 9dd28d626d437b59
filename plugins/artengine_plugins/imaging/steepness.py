"""Gradient magnitude."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.api import Frame


def steepness(values: Frame) -> Frame:
    """Return the gradient magnitude of `(H, W, 3)` or `(H, W)` per pixel, by Scharr (2000).

    Values are finite where their squares are.
    """
    # The weights add up to 16 on either side, two pixels apart.
    x, y = (
        cv2.Scharr(
            values, cv2.CV_32F, *axis, scale=1.0 / 32.0, borderType=cv2.BORDER_REPLICATE
        ).astype(np.float32, copy=False)
        for axis in ((1, 0), (0, 1))
    )
    # cv2.magnitude rounds differently for different memory alignments.
    x *= x
    y *= y
    x += y
    return np.sqrt(x, out=x)
