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
    """Turn of the middle in a frame, clockwise above 0: nothing turns at 0; at -360 and 360 the
    picture is wound up at once."""

    radius: float = Param(0.8, ge=0.05, le=2)
    """How far the stirring reaches, as a share of the frame's shorter side: a small drain at 0.05,
    the whole picture at 2. The turn fades out smoothly on the way."""

    x: float = Param(0.5, ge=0, le=1)
    """Where the middle lies across: the left edge at 0, the right at 1."""

    y: float = Param(0.5, ge=0, le=1)
    """Where the middle lies down: the top at 0, the bottom at 1."""

    border: Border = "reflect"
    """What comes in at the edges: `reflect` the picture mirrored, `wrap` its opposite side,
    `replicate` streaks of the edge, `black` nothing."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Stir the frame."""
        height, width = frame.shape[:2]
        middle = np.float32(self.x * (width - 1)), np.float32(self.y * (height - 1))
        right = np.arange(width, dtype=np.float32)[None, :] - middle[0]
        down = np.arange(height, dtype=np.float32)[:, None] - middle[1]
        reach = np.float32(self.radius * min(width, height))
        share = np.maximum(np.float32(1.0) - (right**2 + down**2) / reach**2, np.float32(0.0))
        # A pixel is drawn from where it was before the turn.
        angle = share * share * over(self.degrees * -radians(1.0), share)
        cosine, sine = np.cos(angle), np.sin(angle)
        columns = right * cosine - down * sine + middle[0]
        rows = right * sine + down * cosine + middle[1]
        return warp_from(frame, columns, rows, self.border)
