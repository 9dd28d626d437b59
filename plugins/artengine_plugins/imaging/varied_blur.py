"""Blur with a radius per pixel."""

from __future__ import annotations

import numpy as np

from artengine.api import Frame
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.spread import spread

_SIGMAS = (0.0, 0.7, 1.4, 2.8, 5.6, 11.2, 22.4, 44.8, 89.6)
"""Radii that are computed; others are blends of two, with the variance of the wanted radius."""


def varied_blur(frame: Frame, sigma: Plane) -> Frame:
    """Blur a frame `(H, W, 3)` by a Gaussian with a standard deviation per pixel.

    Args:
        frame: the frame.
        sigma: standard deviations in pixels, `(H, W)`, 0 to 89.6.
    """
    variance = sigma * sigma
    least, greatest = float(sigma.min()), float(sigma.max())
    blurred = np.zeros_like(frame)
    for index, own in enumerate(_SIGMAS):
        below = _SIGMAS[index - 1] if index else own
        above = _SIGMAS[index + 1] if index + 1 < len(_SIGMAS) else own
        if (greatest <= below and index) or (least >= above and above > own):
            continue
        # Rises from 0 at the radius below to 1 at this one, and falls to 0 at the one above.
        share = np.ones_like(sigma)
        if below < own:
            share = (variance - np.float32(below**2)) / np.float32(own**2 - below**2)
        if above > own:
            falls = (np.float32(above**2) - variance) / np.float32(above**2 - own**2)
            share = np.minimum(share, falls)
        np.clip(share, 0.0, 1.0, out=share)
        blurred += gaussian_blur(frame, own) * spread(share)
    return blurred
