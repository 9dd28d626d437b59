"""Zoom: a slow fall into the picture."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.border import Border
from artengine_plugins.imaging.field import Field
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.places import middle, offsets
from artengine_plugins.imaging.warp import about_centre, warp_affine, warp_from


class Zoom(Effect):
    """A fall into the picture, or away from it, that goes on from frame to frame."""

    name: ClassVar[str] = "zoom"
    uses_truth: ClassVar[bool] = False

    factor: float = Param(1.02, ge=0.5, le=2, field=True)
    """Magnification in each frame: below 1 the picture shrinks into the distance, to half at 0.5;
    1 is still; at 2 it doubles with each frame. In a feedback chain it adds up: 1.02 doubles the
    picture in 35 frames."""

    x: float = Param(0.5, ge=0, le=1)
    """Horizontal position of the fixed point: the left edge at 0, the right edge at 1."""

    y: float = Param(0.5, ge=0, le=1)
    """Vertical position of the fixed point: the top at 0, the bottom at 1."""

    border: Border = "reflect"
    """How the edges are filled as the picture shrinks: `reflect` mirrors it, `wrap` continues with
    its opposite side, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Scale the frame about the point."""
        factor: Field = self.factor
        if isinstance(factor, np.ndarray):
            return self._scaled_by(frame, factor)
        matrix = about_centre(frame, self.x, self.y, scale=self.factor)
        return warp_affine(frame, matrix, self.border)

    def _scaled_by(self, frame: Frame, factor: Plane) -> Frame:
        right, down = offsets(frame, self.x, self.y)
        column, row = middle(frame, self.x, self.y)
        return warp_from(frame, right / factor + column, down / factor + row, self.border)
