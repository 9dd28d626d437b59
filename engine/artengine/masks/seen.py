"""The features of a frame that masks can read."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from artengine.frame import Frame
from artengine.masks.plane import Plane

_LUMA = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
"""Weights of red, green and blue in luma (ITU-R BT.709)."""

_MEAN = np.full((1, 3), 1.0 / 3.0, np.float32)


_STEEP = np.array([-1, -2, 0, 2, 1], np.float32) * np.float32(0.375 / 4)
_SMOOTH = np.array([1, 4, 6, 4, 1], np.float32) / np.float32(4.0)
"""The Sobel filter after a smoothing filter of three pixels."""


class Seen:
    """A frame and its features, each of which is computed at most once.

    Args:
        frame: float32 `(H, W, 3)`; it must not be written to later.
    """

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    @cached_property
    def luma(self) -> Plane:
        """Luma of each pixel; may leave 0..1 if the frame does."""
        import cv2

        return cv2.transform(self.frame, _LUMA).astype(np.float32, copy=False)

    @cached_property
    def edges(self) -> Plane:
        """Magnitude of luma's gradient, 0..1: 1 where black meets white."""
        import cv2

        across, down = (
            cv2.sepFilter2D(self.luma, cv2.CV_32F, *kernels).astype(np.float32, copy=False)
            for kernels in ((_STEEP, _SMOOTH), (_SMOOTH, _STEEP))
        )
        # cv2.magnitude is not reproducible to the bit.
        across *= across
        down *= down
        across += down
        np.sqrt(across, out=across)
        return np.minimum(across, np.float32(1.0), out=across)

    @cached_property
    def _hue_and_chroma(self) -> tuple[Plane, Plane]:
        """Hue in degrees, and how far each pixel is from grey, 0..1."""
        import cv2

        inside = np.clip(self.frame, np.float32(0.0), np.float32(1.0))
        found = cv2.split(cv2.cvtColor(inside, cv2.COLOR_RGB2HSV))
        hue, saturation, value = (each.astype(np.float32, copy=False) for each in found)
        return hue, saturation * value

    def near_hue(self, centre: float, width: float) -> Plane:
        """Return how much each pixel has a hue, 0..1; grey has none.

        Args:
            centre: the hue in degrees: 0 red, 120 green, 240 blue.
            width: width in degrees, from where it fades in to where it has faded out.
        """
        hue, chroma = self._hue_and_chroma
        apart = np.abs(hue - np.float32(centre % 360.0))
        np.minimum(apart, np.float32(360.0) - apart, out=apart)
        # It is 1 in the inner half of the width.
        near: Plane = np.float32(2.0) - apart * np.float32(4.0 / max(width, 1e-3))
        np.clip(near, np.float32(0.0), np.float32(1.0), out=near)
        near *= np.minimum(chroma * np.float32(5.0), np.float32(1.0))
        return near

    def difference(self, other: Seen) -> Plane:
        """Return the absolute difference from another frame, averaged over the channels."""
        import cv2

        apart = cv2.transform(cv2.absdiff(self.frame, other.frame), _MEAN)
        return apart.astype(np.float32, copy=False)

    def motion(self, before: Seen) -> Plane:
        """Return the absolute change of luma since another frame, averaged over 5x5 pixels."""
        import cv2

        moved = cv2.blur(cv2.absdiff(self.luma, before.luma), (5, 5))
        return moved.astype(np.float32, copy=False)
