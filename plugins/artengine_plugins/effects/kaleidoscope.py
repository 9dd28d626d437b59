"""Kaleidoscope: one wedge of the picture, all around."""

from __future__ import annotations

from math import pi, radians
from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.border import Border
from artengine_plugins.imaging.mix import mix
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.warp import warp_from


class Kaleidoscope(PhasedEffect):
    """A wedge of the picture is mirrored around a point into a star that keeps unfolding."""

    name: ClassVar[str] = "kaleidoscope"
    uses_truth: ClassVar[bool] = False

    segments: int = Param(6, ge=1, le=64)
    """Arms of the star: at 1 the picture is mirrored along one line, at 64 it melts into rings."""

    angle: float = Param(0.0, ge=-180, le=180, unit="degrees")
    """Where the wedge is cut from the picture: to the right of the centre at 0, clockwise from
    there above 0, to its left at -180 and 180."""

    turn: float = Param(8.0, ge=-720, le=720, unit="degrees a second")
    """How fast the wedge rotates through the picture, clockwise above 0: still at 0, a shimmer at
    -720 and 720."""

    amount: float = Param(1.0, ge=0, le=1, field=True)
    """How much of the star is taken: none at 0, a reflection in glass in between, all of it
    at 1."""

    x: float = Param(0.5, ge=0, le=1)
    """Horizontal position of the centre of the star: the left edge at 0, the right edge at 1."""

    y: float = Param(0.5, ge=0, le=1)
    """Vertical position of the centre of the star: the top at 0, the bottom at 1."""

    border: Border = "reflect"
    """What the wedge shows outside the picture: `reflect` mirrors the picture, `wrap` continues
    with its opposite side, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Repeat the wedge around the centre."""
        height, width = frame.shape[:2]
        middle = np.float32(self.x * (width - 1)), np.float32(self.y * (height - 1))
        right, down = np.meshgrid(
            np.arange(width, dtype=np.float32) - middle[0],
            np.arange(height, dtype=np.float32) - middle[1],
        )
        distance, around = cv2.cartToPolar(right, down)
        wedge = np.float32(pi / self.segments)
        around -= wedge * 2.0 * np.floor(around / (wedge * 2.0))
        around = wedge - np.abs(around - wedge)
        around += np.float32(radians(self.angle + self.advance(self.turn, now)) % (2.0 * pi))
        right, down = cv2.polarToCart(distance, around)
        star = warp_from(
            frame,
            np.add(right, middle[0], dtype=np.float32),
            np.add(down, middle[1], dtype=np.float32),
            self.border,
        )
        return mix(frame, star, self.amount, own=True)
