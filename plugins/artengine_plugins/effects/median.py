"""Median: the picture runs into soft stains."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param, size_of, to_frame, to_picture
from artengine_plugins.imaging.places import shorter_side

_WIDEST = 7
"""Side of the largest window in pixels; wider ones are applied to a smaller picture, because
OpenCV takes twenty times as long for them."""


class Median(Effect):
    """Specks vanish and shapes run into soft stains with clear edges, as in watercolour.

    Each pixel becomes the median of those around it, in 8 bits (Tukey, 1971; in constant time after
    Perreault and Hébert, "Median filtering in constant time", 2007).
    """

    name: ClassVar[str] = "median"
    uses_truth: ClassVar[bool] = False

    size: float = Param(0.025, ge=0.002, le=0.2)
    """Width of the window as a share of the frame's shorter side: single specks vanish at 0.002,
    only the largest shapes are left at 0.2."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Take the median of the pixels around each pixel."""
        picture, width = to_picture(frame), self.size * shorter_side(frame)
        shrink = width / _WIDEST
        if shrink > 1.0:
            small = tuple(max(1, round(length / shrink)) for length in size_of(frame))
            picture = cv2.resize(picture, small, interpolation=cv2.INTER_AREA).astype(np.uint8)
            width = _WIDEST
        window = 2 * max(1, round((width - 1) / 2)) + 1
        stained = to_frame(cv2.medianBlur(picture, window).astype(np.uint8))
        if shrink > 1.0:
            large = cv2.resize(stained, size_of(frame), interpolation=cv2.INTER_CUBIC)
            return large.astype(np.float32, copy=False)
        return stained
