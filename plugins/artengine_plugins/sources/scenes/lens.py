"""Lens: converts a canvas of light to a picture: halos, soft highlights, grain."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Picture, Size

from .canvas import Canvas
from .chance import chance
from .light import Plane

_EXPOSURE = 12000.0
"""16-bit steps per unit of light."""

_HALO_UNIT = 128
"""Largest number of pixels per unit for computing halos, which are soft."""


class Lens:
    """A lens and film for canvases of one size.

    Args:
        size: width and height in pixels.
        grain: standard deviation of the film's noise, in linear light.
        smear: share of the halo that is spread vertically, as by a greasy windscreen.
    """

    def __init__(self, size: Size, grain: float = 0.0003, smear: float = 0.0) -> None:
        width, height = size
        self._size = size
        self._smear = smear
        self._film = _film()
        shape = (height + 61, width + 67, 3)
        noise = np.random.default_rng(20).standard_normal(shape, np.float32)
        self._grain = noise * np.float32(grain * _EXPOSURE)
        unit = (width * height) ** 0.5
        shrink = min(1.0, _HALO_UNIT / unit)
        self._small = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        self._unit = unit * shrink

    def halo(self, canvas: Canvas, near: float, far: float) -> Plane:
        """Return the halo `(H, W, 3)` of bright things: shares of a tight and of a wide one."""
        soft = self._soft(canvas, near, far)
        spread = cv2.resize(soft, self._size, interpolation=cv2.INTER_LINEAR)
        return spread.reshape(canvas.light.shape)

    def _soft(self, canvas: Canvas, near: float, far: float) -> Plane:
        """Return the halo at a small size."""
        small = cv2.resize(canvas.light, self._small, interpolation=cv2.INTER_AREA)
        u = self._unit
        tight = cv2.GaussianBlur(small, (0, 0), max(0.3, 0.010 * u))
        half = tuple(max(1, side // 2) for side in self._small)
        middle = cv2.resize(tight, half, interpolation=cv2.INTER_AREA)
        middle = cv2.GaussianBlur(middle, (0, 0), max(0.3, 0.013 * u))
        wide = cv2.GaussianBlur(middle, (0, 0), max(0.3, 0.045 * u))
        halo = cv2.addWeighted(middle, 0.5 * near, wide, far, 0)
        if self._smear:
            drawn = cv2.GaussianBlur(middle, (1, 0), 0.3, sigmaY=max(0.3, 0.06 * u))
            halo = cv2.addWeighted(halo, 1, drawn, self._smear, 0)
        halo = cv2.resize(halo, self._small, interpolation=cv2.INTER_LINEAR)
        return cv2.addWeighted(halo, 1, tight, near, 0)

    def develop(
        self, canvas: Canvas, seconds: float, halo: tuple[float, float] | None = None
    ) -> Picture:
        """Expose the light like film: soft highlights, sRGB, and grain that changes with time.

        Args:
            canvas: the light.
            seconds: the current time.
            halo: shares of a tight and of a wide halo to add.
        """
        frame = round(seconds * 1000)
        y, x = int(chance(1, frame) * 61), int(chance(2, frame) * 67)
        grain = self._grain[y : y + canvas.height, x : x + canvas.width]
        exposed = cv2.addWeighted(canvas.light, _EXPOSURE, grain, 1, 0, dtype=cv2.CV_16U)
        if halo is not None:
            # 16-bit values are enlarged and added in half of the time of float32.
            soft = self._soft(canvas, *halo)
            soft = cv2.addWeighted(soft, _EXPOSURE, soft, 0, 0, dtype=cv2.CV_16U)
            spread = cv2.resize(soft, self._size, interpolation=cv2.INTER_LINEAR)
            exposed = cv2.add(exposed, spread.reshape(exposed.shape), dst=exposed)
        steps = exposed.reshape(canvas.light.shape).astype(np.uint16, copy=False)
        if _WIDE_TABLES:
            return cv2.LUT(steps, self._film).astype(np.uint8, copy=False)
        picture = np.empty(canvas.light.shape, np.uint8)
        # Every exposure has an entry; the mode "wrap" skips the bounds check.
        return self._film.take(steps, out=picture, mode="wrap")


def _has_wide_tables() -> bool:
    """Return whether OpenCV has 16-bit lookup tables, which take a third of numpy's time."""
    try:
        cv2.LUT(np.zeros((1, 1), np.uint16), np.zeros(1 << 16, np.uint8))
    except cv2.error:
        return False
    return True


_WIDE_TABLES = _has_wide_tables()


def _film() -> npt.NDArray[np.uint8]:
    light = np.arange(65536, dtype=np.float64) / _EXPOSURE
    dense = 1.0 - np.exp(-1.5 * light)
    encoded = np.where(dense <= 0.0031308, 12.92 * dense, 1.055 * dense ** (1 / 2.4) - 0.055)
    encoded -= 0.07 * np.sin(2 * np.pi * encoded)  # deeper shadows, brighter lights
    return np.round(encoded * 255.0).clip(0, 255).astype(np.uint8)
