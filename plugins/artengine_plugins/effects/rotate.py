"""Rotate: the picture turns."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.border import Border
from artengine_plugins.imaging.field import Field
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.places import middle, offsets
from artengine_plugins.imaging.warp import about_centre, warp_affine, warp_from


class Rotate(Effect):
    """The picture turns about a point, and in a feedback chain goes on turning into a whirl."""

    name: ClassVar[str] = "rotate"
    uses_truth: ClassVar[bool] = False

    degrees: float = Param(1.0, ge=-180, le=180, unit="degrees a frame", field=True)
    """Rotation in each frame, clockwise above 0: 1 goes round in 15 seconds at 24 frames a second
    in a feedback chain; 180 and -180 turn the picture upside down with every frame."""

    x: float = Param(0.5, ge=0, le=1)
    """Horizontal position of the fixed point: the left edge at 0, the right edge at 1."""

    y: float = Param(0.5, ge=0, le=1)
    """Vertical position of the fixed point: the top at 0, the bottom at 1."""

    border: Border = "reflect"
    """How the corners are filled: `reflect` mirrors the picture, `wrap` continues with its opposite
    side, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Turn the frame about the point."""
        degrees: Field = self.degrees
        if isinstance(degrees, np.ndarray):
            return self._turned_by(frame, degrees)
        matrix = about_centre(frame, self.x, self.y, degrees=self.degrees)
        return warp_affine(frame, matrix, self.border)

    def _turned_by(self, frame: Frame, degrees: Plane) -> Frame:
        # Take each pixel from its position before the rotation.
        right, down = offsets(frame, self.x, self.y)
        column, row = middle(frame, self.x, self.y)
        angle = np.radians(-degrees)
        cosine, sine = np.cos(angle), np.sin(angle)
        columns = right * cosine - down * sine + column
        rows = right * sine + down * cosine + row
        return warp_from(frame, columns, rows, self.border)
