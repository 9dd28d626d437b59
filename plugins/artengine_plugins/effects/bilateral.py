"""Bilateral: smooth skin, sharp edges."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param, size_of, to_frame, to_picture
from artengine_plugins.imaging.places import shorter_side

_REACH = 3
"""Radius of the filter in pixels; stronger smoothing runs on a smaller picture."""


class Bilateral(Effect):
    """Texture is smoothed away and edges stay, until the picture looks like a cartoon.

    Each pixel becomes the mean of the pixels around it that have nearly its colour, in 8 bits
    (Tomasi and Manduchi, "Bilateral filtering for gray and color images", 1998).
    """

    name: ClassVar[str] = "bilateral"
    uses_truth: ClassVar[bool] = False

    size: float = Param(0.012, ge=0.002, le=0.1)
    """How far smoothing reaches, as a share of the frame's shorter side: pores at 0.002, whole
    objects at 0.1."""

    threshold: float = Param(0.2, ge=0, le=1)
    """Difference of values that counts as an edge: any difference at 0; none at 1, where everything
    is blurred."""

    passes: int = Param(1, ge=1, le=6)
    """How often the picture is smoothed: once at 1; at 6 only flat areas are left."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Smooth the frame and keep its edges."""
        picture = to_picture(frame)
        shrink = max(1.0, self.size * shorter_side(frame) / _REACH)
        small = tuple(max(1, round(length / shrink)) for length in size_of(frame))
        if shrink > 1.0:
            picture = cv2.resize(picture, small, interpolation=cv2.INTER_AREA).astype(np.uint8)
        reach = self.size * shorter_side(frame) / shrink
        diameter = 2 * max(1, round(reach)) + 1
        for _ in range(self.passes):
            picture = cv2.bilateralFilter(
                picture, diameter, max(0.5, 255.0 * self.threshold), max(0.5, reach / 1.5)
            ).astype(np.uint8, copy=False)
        smooth = to_frame(picture)
        if shrink > 1.0:
            large = cv2.resize(smooth, size_of(frame), interpolation=cv2.INTER_CUBIC)
            return large.astype(np.float32, copy=False)
        return smooth
