"""Bleach: a print that kept its silver."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.blend_modes import blended
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.mix import mix
from artengine_plugins.imaging.spread import spread


class Bleach(Effect):
    """Pale colours, hard blacks, burnt lights: a print whose silver was not bleached away.

    The silver image lies over the colours, as in a bleach bypass.
    """

    name: ClassVar[str] = "bleach"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(0.85, ge=0, le=2, field=True)
    """How much silver is left: none at 0, all of a black and white print at 1, and at 2 the picture
    is scorched."""

    fade: float = Param(0.45, ge=0, le=1, field=True)
    """How far the colours are gone: all are there at 0, none at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Fade the colours and lay the silver over them."""
        silver = spread(luma(frame))
        faded = mix(frame, silver, self.fade)
        # Where light leaves 0..1 the overlay's squares would explode in a feedback chain.
        printed = blended(np.clip(faded, -0.5, 1.5), np.clip(silver, 0.0, 1.0), "overlay")
        return mix(faded, printed.astype(np.float32, copy=False), self.amount)
