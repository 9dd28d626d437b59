"""Posterise: smooth shades break into steps."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.mix import mix


class Posterise(Effect):
    """Smooth shades break into flat steps with contours between them."""

    name: ClassVar[str] = "posterise"
    uses_truth: ClassVar[bool] = False

    levels: float = Param(5.0, ge=2, le=64)
    """Steps from black to white in each channel: stark at 2, hardly visible at 64. With values
    between whole numbers the contours wander. Outside 0..1 the steps continue."""

    amount: float = Param(1.0, ge=0, le=1, field=True)
    """How much of the stepped picture is taken: none at 0, all of it at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Round each value to its step."""
        steps = np.float32(self.levels - 1.0)
        stepped = frame * steps
        np.rint(stepped, out=stepped)
        stepped /= steps
        return mix(frame, stepped, self.amount, own=True)
