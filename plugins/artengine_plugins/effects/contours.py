"""Contours: a map of light."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.spread import spread
from artengine_plugins.imaging.steepness import steepness

_LIMIT = 64.0
"""Luma is limited to this, so that gradients stay finite."""


class Contours(PhasedEffect):
    """Lines join places of equal light, as a map joins places of equal height, and may climb."""

    name: ClassVar[str] = "contours"
    uses_truth: ClassVar[bool] = False

    mode: Literal["paper", "night", "over"] = "paper"
    """`paper`: dark lines on white; `night`: lines in the picture's colours on black; `over`: dark
    lines over the picture."""

    count: float = Param(10.0, ge=1, le=64)
    """Lines from black to white: one at 1, a moiré at 64."""

    size: float = Param(0.012, ge=0.001, le=0.2)
    """How much the picture is smoothed first, as a share of the frame's shorter side: every grain
    gets contours at 0.001, only large shapes at 0.2."""

    width: float = Param(0.004, ge=0.001, le=0.05)
    """Width of a line as a share of the frame's shorter side: a hair at 0.001, a band at 0.05."""

    speed: float = Param(0.0, ge=-10, le=10)
    """Lines a second that move towards the light: they stand at 0, rush at 10, return at -10."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Draw the lines."""
        side = shorter_side(frame)
        light = np.clip(luma(frame), -_LIMIT, _LIMIT)
        land = gaussian_blur(spread(light), self.size * side)[..., 0]
        land = np.ascontiguousarray(land) * np.float32(self.count)
        land -= np.float32(self.advance(self.speed, now) % 1.0)
        # Distance to the nearest line in pixels, if the gradient continues unchanged.
        away = np.abs(land - np.floor(land) - np.float32(0.5))
        away /= np.maximum(steepness(land), np.float32(1e-3))
        drawn = np.clip(np.float32(0.5 + 0.5 * self.width * side) - away, 0.0, 1.0)
        lines = spread(drawn.astype(np.float32, copy=False))
        if self.mode == "paper":
            return np.float32(1.0) - lines
        if self.mode == "night":
            # Brighten dark colours, in which the lines would not be visible.
            lines *= np.maximum(frame, np.float32(0.25))
            return lines
        return frame * (np.float32(1.0) - lines)
