"""Gate weave: film that does not lie still."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.wander import wander
from artengine_plugins.imaging.warp import about_centre, warp_affine


class GateWeave(PhasedEffect):
    """The film does not lie still in the gate: it weaves from side to side, hops, and flickers."""

    name: ClassVar[str] = "gate-weave"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(0.012, ge=0, le=0.5)
    """How far the picture weaves, as a share of the frame's shorter side: still at 0, half across
    at 0.5."""

    speed: float = Param(3.0, ge=0, le=30)
    """Speed of the weaving, in turns a second: still at 0, a slow sway at 1, a rattle at 30."""

    hops: float = Param(0.5, ge=0, le=10)
    """How often a second a perforation slips and the picture hops: never at 0, all the time at
    10."""

    flicker: float = Param(0.12, ge=0, le=1)
    """How much the lamp flickers: not at all at 0, from dark to glaring at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Weave, hop and flicker."""
        phase = self.advance(self.speed, now)
        right, down, turn, slow = wander(now.steady_rng, phase, 4)
        chance, hop, lamp = now.rng.random(3)
        reach = self.amount * shorter_side(frame)
        matrix = about_centre(frame, 0.5, 0.5, degrees=turn * self.amount * 20.0)
        # Film weaves most from side to side, where its edges guide it least.
        matrix[0, 2] += right * reach
        matrix[1, 2] += 0.4 * down * reach
        if chance < self.hops / now.fps:
            matrix[1, 2] += (hop - 0.5) * 8.0 * reach
        woven = warp_affine(frame, matrix, "replicate")
        light = 1.0 + self.flicker * (0.6 * (2.0 * lamp - 1.0) + 0.4 * slow)
        woven *= np.float32(light)
        return woven
