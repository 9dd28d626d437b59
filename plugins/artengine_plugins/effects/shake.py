"""Shake: the camera is held by hand."""

from __future__ import annotations

from typing import ClassVar

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.border import Border
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.wander import wander
from artengine_plugins.imaging.warp import about_centre, warp_affine


class Shake(PhasedEffect):
    """The picture trembles, sways and rolls as if the camera were held by hand."""

    name: ClassVar[str] = "shake"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(0.03, ge=0, le=0.5)
    """Largest movement, as a share of the frame's shorter side: the picture is still at 0; at 0.5
    it is thrown half across."""

    roll: float = Param(2.0, ge=0, le=90, unit="degrees")
    """Largest rotation: none at 0, a quarter turn at 90."""

    speed: float = Param(4.0, ge=0, le=30)
    """Moves a second: it stands still at 0, breathes at 1, rattles at 30."""

    border: Border = "reflect"
    """How the edges are filled: `reflect` mirrors the picture, `wrap` continues with its opposite
    side, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Move and turn the frame."""
        right, down, turn = wander(now.steady_rng, self.advance(self.speed, now), 3)
        matrix = about_centre(frame, 0.5, 0.5, degrees=turn * self.roll)
        reach = self.amount * shorter_side(frame)
        matrix[:, 2] += right * reach, down * reach
        return warp_affine(frame, matrix, self.border)
