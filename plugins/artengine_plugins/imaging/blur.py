"""Gaussian blur at a cost that does not grow with its radius."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.api import Frame

_LEAST_SIGMA = 1.5
"""Smallest standard deviation, in pixels of the smaller frame, for the blur of that frame."""


def gaussian_blur(frame: Frame, sigma: float) -> Frame:
    """Blur a frame `(H, W, 3)` by a Gaussian of standard deviation `sigma` pixels, unclipped.

    A wide blur runs on a smaller frame, as in a Gaussian pyramid (Burt and Adelson, "The Laplacian
    pyramid as a compact image code", 1983); the variance that scaling down and up adds is
    subtracted from that of the blur.
    """
    height, width = frame.shape[:2]
    if sigma <= 0.0:
        return frame.copy()
    shrink = min(int(sigma / _LEAST_SIGMA), height, width)
    if shrink < 2:
        return _blur(frame, sigma)
    # A box of n pixels has a variance of (n² - 1) / 12, and linear interpolation adds n² / 6.
    variance = sigma**2 - (shrink**2 - 1) / 12.0 - shrink**2 / 6.0
    small = cv2.resize(
        frame, (-(-width // shrink), -(-height // shrink)), interpolation=cv2.INTER_AREA
    )
    small = _blur(small.astype(np.float32, copy=False), variance**0.5 / shrink)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return large.astype(np.float32, copy=False)


def _blur(frame: Frame, sigma: float) -> Frame:
    # Three standard deviations on either side hold all but 0.3 % of a Gaussian.
    size = 2 * max(1, round(3.0 * sigma)) + 1
    blurred = cv2.GaussianBlur(frame, (size, size), sigma, borderType=cv2.BORDER_REFLECT_101)
    return blurred.astype(np.float32, copy=False)
