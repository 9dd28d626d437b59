"""Scanlines: the picture on an old tube."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.phase import PhasedEffect


class Scanlines(PhasedEffect):
    """Dark lines run across the picture and roll, as when a television is filmed."""

    name: ClassVar[str] = "scanlines"
    uses_truth: ClassVar[bool] = False

    strength: float = Param(0.4, ge=0, le=0.95)
    """How much darker the lines are than the gaps between them: not at all at 0, nearly black at
    0.95. The gaps are brightened as much, so that a dream does not go dark."""

    spacing: float = Param(4.0, ge=2, le=512, unit="pixels")
    """Distance between lines: every other row is dark at 2; at 512 one broad shadow passes over."""

    roll: float = Param(8.0, ge=-2000, le=2000, unit="pixels a second")
    """Speed of the lines, downwards above 0, upwards below: they stand at 0 and flicker at -2000
    and 2000."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Darken the lines."""
        rows = np.arange(frame.shape[0]) - self.advance(self.roll, now)
        wave = np.cos(rows / self.spacing * (2.0 * np.pi))
        light = ((1.0 - self.strength) ** (0.5 * wave)).astype(np.float32)
        lined: Frame = frame * light[:, None, None]
        return lined
