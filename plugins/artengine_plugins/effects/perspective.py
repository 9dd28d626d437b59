"""Perspective: the picture leans away like a wall."""

from __future__ import annotations

from math import cos, radians, sin
from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.border import BORDERS, Border
from artengine_plugins.imaging.places import shorter_side


class Perspective(Effect):
    """The picture leans back or turns aside like a wall, and in a feedback chain falls over."""

    name: ClassVar[str] = "perspective"
    uses_truth: ClassVar[bool] = False

    tilt: float = Param(20.0, ge=-80, le=80, unit="degrees")
    """How far the top leans back: upright at 0, nearly flat on the ground at 80; at -80 the bottom
    leans back instead."""

    pan: float = Param(0.0, ge=-80, le=80, unit="degrees")
    """How far the right side turns away: not at all at 0, seen from its edge at 80; at -80 the left
    side turns away instead."""

    distance: float = Param(1.5, ge=0.5, le=10)
    """Distance of the viewer, in lengths of the picture's shorter side: a steep perspective at
    0.5, hardly any at 10."""

    border: Border = "reflect"
    """How the area around the wall is filled: `reflect` mirrors the picture, `wrap` continues with
    its opposite side, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Rotate the picture in space and project it."""
        height, width = frame.shape[:2]
        tilt, pan = radians(self.tilt), radians(self.pan)
        away = max(1.0, self.distance * shorter_side(frame))
        # Rotate about the vertical axis, then about the horizontal one, viewed from `away`.
        turned = np.array(
            [
                [cos(pan), 0.0, 0.0],
                [sin(pan) * sin(tilt), cos(tilt), 0.0],
                [sin(pan) * cos(tilt) / away, -sin(tilt) / away, 1.0],
            ]
        )
        centre = np.array([[1.0, 0.0, (width - 1) / 2], [0.0, 1.0, (height - 1) / 2], [0, 0, 1.0]])
        matrix = centre @ turned @ np.linalg.inv(centre)
        warped = cv2.warpPerspective(
            frame,
            matrix,
            (width, height),
            flags=cv2.INTER_CUBIC,
            borderMode=BORDERS[self.border],
        )
        return warped.astype(np.float32, copy=False)
