"""Shift: the picture slides."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.border import Border
from artengine_plugins.imaging.warp import warp_affine


class Shift(Effect):
    """The picture slides sideways or up and down, and in a feedback chain goes on sliding."""

    name: ClassVar[str] = "shift"
    uses_truth: ClassVar[bool] = False

    x: float = Param(2.0, ge=-1024, le=1024)
    """How far to the right a frame: still at 0, a flicker at 1024, as far to the left at -1024.
    Whole pixels stay crisp."""

    y: float = Param(0.0, ge=-1024, le=1024)
    """How far down a frame: still at 0, a flicker at 1024, as far up at -1024."""

    unit: Literal["pixels", "percent"] = "pixels"
    """What x and y count: `pixels`, or `percent` of the frame's width and height, which looks the
    same at every size."""

    border: Border = "wrap"
    """What comes in at the edge: `wrap` what has left on the other side, `reflect` the picture
    mirrored, `replicate` streaks of the edge, `black` nothing."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Slide the frame."""
        moved = [
            self._within(distance * (length / 100.0 if self.unit == "percent" else 1.0), length)
            for distance, length in zip((self.x, self.y), size_of(frame), strict=True)
        ]
        matrix = np.array([[1.0, 0.0, moved[0]], [0.0, 1.0, moved[1]]])
        return warp_affine(frame, matrix, self.border)

    def _within(self, distance: float, length: int) -> float:
        """The shortest distance that shows the same, for OpenCV counts in 16 bits."""
        if self.border == "wrap":
            return float(np.fmod(distance, length))
        if self.border == "reflect":
            return float(np.fmod(distance, 2 * length))
        return min(max(distance, -float(length)), float(length))
