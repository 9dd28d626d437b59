"""Swirl: the picture is stirred."""

from __future__ import annotations

from math import radians
from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.border import Border
from artengine_plugins.imaging.field import over
from artengine_plugins.imaging.warp import warp_from


class Swirl(Effect):
    """The picture is stirred about a point, and in a feedback chain winds up into a galaxy."""

    name: ClassVar[str] = "swirl"
    uses_truth: ClassVar[bool] = False

    degrees: float = Param(3.0, ge=-360, le=360, unit="degrees a frame", field=True)
    """Rotation of the centre in each frame, clockwise above 0: none at 0; at -360 and 360 the
    picture is wound up at once."""

    radius: float = Param(0.8, ge=0.05, le=2)
    """Radius of the swirl, as a share of the frame's shorter side: a small drain at 0.05, the whole
    picture at 2. The rotation fades out smoothly towards it."""

    x: float = Param(0.5, ge=0, le=1)
    """Horizontal position of the centre: the left edge at 0, the right edge at 1."""

    y: float = Param(0.5, ge=0, le=1)
    """Vertical position of the centre: the top at 0, the bottom at 1."""

    border: Border = "reflect"
    """How the edges are filled: `reflect` mirrors the picture, `wrap` continues with its opposite
    side, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Stir the frame."""
        height, width = frame.shape[:2]
        middle = np.float32(self.x * (width - 1)), np.float32(self.y * (height - 1))
        right = np.arange(width, dtype=np.float32)[None, :] - middle[0]
        down = np.arange(height, dtype=np.float32)[:, None] - middle[1]
        reach = np.float32(self.radius * min(width, height))
        share = np.maximum(np.float32(1.0) - (right**2 + down**2) / reach**2, np.float32(0.0))
        # Take each pixel from its position before the rotation.
        angle = share * share * over(self.degrees * -radians(1.0), share)
        cosine, sine = np.cos(angle), np.sin(angle)
        columns = right * cosine - down * sine + middle[0]
        rows = right * sine + down * cosine + middle[1]
        return warp_from(frame, columns, rows, self.border)
