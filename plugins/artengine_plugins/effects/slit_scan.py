"""Slit scan: each line of the picture from another time."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.halves import from_halves
from artengine_plugins.imaging.past_effect import PastEffect


class SlitScan(PastEffect):
    """Time runs across the picture: one edge is now, the other a second ago, and motion bends."""

    name: ClassVar[str] = "slit-scan"
    uses_truth: ClassVar[bool] = False

    frames: int = Param(24, ge=1, le=64, automatable=False)
    """Number of frames between one edge and the other: at 1 things hardly lean, at 64 a walker
    grows into a corkscrew. Each takes 1.5 MB of memory at 512 by 512 pixels."""

    towards: Literal["down", "up", "right", "left"] = "down"
    """Edge that shows the past."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Store the frame, and assemble one from the lines of many."""
        past, slots = self._past.add(frame, self.frames), self.frames + 1
        upright = self.towards in ("down", "up")
        length = frame.shape[0 if upright else 1]
        edges = [length * slot // slots for slot in range(slots + 1)]
        mixed = np.empty(frame.shape, np.float16)
        for age in range(slots):
            start, end = edges[age], edges[age + 1]
            if self.towards in ("up", "left"):
                start, end = length - end, length - start
            lines = slice(start, end), slice(None)
            lines = lines if upright else lines[::-1]
            mixed[lines] = past[self._past.slot(age)][lines]
        return from_halves(mixed)
