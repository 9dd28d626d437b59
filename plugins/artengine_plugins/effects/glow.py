"""Glow: lights spread a halo."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.field import over

_MOST = 64.0
"""Largest room below white that counts, so that light stays finite."""


class Glow(Effect):
    """Lights spread a halo of their own colour into the dark around them."""

    name: ClassVar[str] = "glow"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(1.0, ge=0, le=8, field=True)
    """How strong the halo is: none at 0, and at 8 it outshines the light."""

    threshold: float = Param(0.75, ge=0, le=2)
    """Value above which a channel is a light: at 0 everything glows, at 2 only what is far beyond
    white."""

    radius: float = Param(10.0, ge=0, le=64, unit="pixels")
    """Standard deviation of the Gaussian that spreads the halo: no halo at 0, a fog at 64."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Add the halo."""
        lights = frame - np.float32(self.threshold)
        np.maximum(lights, 0.0, out=lights)
        halo = gaussian_blur(lights, self.radius)
        # Fill only the room left below white, so that a glow that is fed back stays bounded.
        room = np.float32(1.0) - frame
        np.clip(room, 0.0, _MOST, out=room)
        halo *= room
        halo *= over(self.amount, halo)
        halo += frame
        return halo
