"""Enlargement by an integer factor with Lanczos filtering."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from artengine.api import Frame
from artengine_plugins.imaging.luma import Plane

_RADIUS = 4
"""Radius of the kernel in source pixels."""

_ROWS = 64
"""Rows enlarged at once, so that they stay in the processor's cache."""


def enlarged(frame: Frame, factor: int) -> Frame:
    """Enlarge a frame `(H, W, 3)` to `(factor * H, factor * W, 3)`, as `cv2.INTER_LANCZOS4` does.

    Pixels of the result at the same phase have the same weights and are filtered at once, which
    takes about half of the time.
    """
    height, width, channels = frame.shape
    weights = _weights(factor)
    made = np.empty((height, factor, width, factor * channels), np.float32)
    for top in range(0, height, _ROWS):
        above = min(top, _RADIUS)
        strip = frame[top - above : top + _ROWS + _RADIUS]
        rows = slice(above, above + min(_ROWS, height - top))
        for down, (place_down, along) in enumerate(weights):
            column = _filtered(strip, along[:, None], (0, place_down))[rows]
            parts = [_filtered(column, line[None], (place, 0)) for place, line in weights]
            cv2.merge(parts, made[top : top + _ROWS, down])
    return made.reshape(height * factor, width * factor, channels)


def _filtered(frame: Frame, weights: Plane, place: tuple[int, int]) -> Frame:
    filtered = cv2.filter2D(
        frame, cv2.CV_32F, weights, anchor=place, borderType=cv2.BORDER_REPLICATE
    )
    return filtered.astype(np.float32, copy=False)


@lru_cache(maxsize=4)
def _weights(factor: int) -> Sequence[tuple[int, Plane]]:
    """Return the anchor and the weights of each phase's kernel of eight pixels, from left to
    right."""
    found = []
    for number in range(factor):
        at = (number + 0.5) / factor - 0.5
        first = int(np.floor(at))
        away = np.arange(1 - _RADIUS, 1 + _RADIUS) - (at - first)
        weights = np.sinc(away) * np.sinc(away / _RADIUS)
        found.append((_RADIUS - 1 - first, (weights / weights.sum()).astype(np.float32)))
    return found
