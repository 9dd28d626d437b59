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
    """Distance to the right in each frame: still at 0, a flicker at 1024, as far to the left at
    -1024. Distances in whole pixels keep the picture crisp."""

    y: float = Param(0.0, ge=-1024, le=1024)
    """Distance downwards in each frame: still at 0, a flicker at 1024, as far up at -1024."""

    unit: Literal["pixels", "percent"] = "pixels"
    """Unit of x and y: `pixels`, or `percent` of the frame's width and height, which looks the
    same at every size."""

    border: Border = "wrap"
    """How the edge is filled: `wrap` brings back what left on the other side, `reflect` mirrors the
    picture, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Slide the frame."""
        moved = [
            self._within(distance * (length / 100.0 if self.unit == "percent" else 1.0), length)
            for distance, length in zip((self.x, self.y), size_of(frame), strict=True)
        ]
        matrix = np.array([[1.0, 0.0, moved[0]], [0.0, 1.0, moved[1]]])
        return warp_affine(frame, matrix, self.border)

    def _within(self, distance: float, length: int) -> float:
        """Return the shortest equivalent distance, because OpenCV counts in 16 bits."""
        if self.border == "wrap":
            return float(np.fmod(distance, length))
        if self.border == "reflect":
            return float(np.fmod(distance, 2 * length))
        return min(max(distance, -float(length)), float(length))
