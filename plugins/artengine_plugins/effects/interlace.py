"""Interlace: two moments in alternate lines."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.past_effect import PastEffect
from artengine_plugins.imaging.places import shorter_side


class Interlace(PastEffect):
    """Every other line shows an earlier moment, so that moving things get comb-like edges."""

    name: ClassVar[str] = "interlace"
    uses_truth: ClassVar[bool] = False

    frames: int = Param(3, ge=1, le=64, automatable=False)
    """Age of the other lines: thin combs at 1; at 64 two pictures are woven into one."""

    size: float = Param(0.004, ge=0.001, le=0.25)
    """Height of a line as a share of the frame's shorter side: a pixel at 0.001, bands at 0.25."""

    mode: Literal["comb", "flicker"] = "comb"
    """`comb`: always the same lines are late; `flicker`: late and current lines swap with each
    frame, as video fields do."""

    dark: float = Param(0.15, ge=0, le=1)
    """How much darker the late lines are: unchanged at 0, black at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Combine the frame with an earlier one."""
        first = self._past.count % 2 if self.mode == "flicker" else 0
        self._past.add(frame, self.frames)
        line = max(1, round(self.size * shorter_side(frame)))
        late = (np.arange(frame.shape[0]) // line + first) % 2 == 1
        woven = frame.copy()
        woven[late] = self._past.at(self.frames)[late] * np.float32(1.0 - self.dark)
        return woven
