"""Wave: the picture sways in rows."""

from __future__ import annotations

from math import cos, pi, radians, sin
from typing import ClassVar, Literal

import numpy as np

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.border import Border
from artengine_plugins.imaging.field import over
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.places import offsets, shorter_side
from artengine_plugins.imaging.warp import warp_from


class Wave(PhasedEffect):
    """Waves run through the picture, and it sways like a flag or like the floor of a pool."""

    name: ClassVar[str] = "wave"
    uses_truth: ClassVar[bool] = False

    mode: Literal["sway", "press"] = "sway"
    """`sway`: pixels move at right angles to the direction of the waves; `press`: they move along
    it, closer together and apart."""

    amount: float = Param(0.025, ge=0, le=0.5, field=True)
    """How far pixels move, as a share of the frame's shorter side: not at all at 0, half across at
    0.5."""

    size: float = Param(0.3, ge=0.02, le=2)
    """Distance between crests, as a share of the frame's shorter side: a shiver at 0.02, one slow
    bend at 2."""

    angle: float = Param(90.0, ge=-180, le=180, unit="degrees")
    """Direction of the waves: right at 0, down at 90, left at -180 and 180."""

    speed: float = Param(0.7, ge=-10, le=10)
    """Crests that pass in a second: they stand at 0, tremble at 10 and run in the opposite
    direction at -10."""

    border: Border = "reflect"
    """How the edges are filled: `reflect` mirrors the picture, `wrap` continues with its opposite
    side, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Displace each pixel by the wave at its position."""
        side = shorter_side(frame)
        along = cos(radians(self.angle)), sin(radians(self.angle))
        right, down = offsets(frame, 0.5, 0.5)
        turns = (right * np.float32(along[0]) + down * np.float32(along[1])) / np.float32(
            self.size * side
        )
        turns -= np.float32(self.advance(self.speed, now) % 1.0)
        swing = np.sin(turns * np.float32(2.0 * pi))
        swing = swing * over(self.amount * side, swing)
        x, y = along if self.mode == "press" else (-along[1], along[0])
        height, width = frame.shape[:2]
        columns = swing * np.float32(x) + np.arange(width, dtype=np.float32)
        rows = swing * np.float32(y) + np.arange(height, dtype=np.float32)[:, None]
        return warp_from(frame, columns.astype(np.float32), rows.astype(np.float32), self.border)
