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
    """Pale colours, hard blacks and burnt lights, as in a print that kept its silver.

    A silver image lies over the colours, as in the bleach bypass process.
    """

    name: ClassVar[str] = "bleach"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(0.85, ge=0, le=2, field=True)
    """How much silver is left: none at 0, that of a black and white print at 1; at 2 the picture
    looks scorched."""

    fade: float = Param(0.45, ge=0, le=1, field=True)
    """How far the colours fade: unchanged at 0, grey at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Fade the colours and lay the silver image over them."""
        silver = spread(luma(frame))
        faded = mix(frame, silver, self.fade)
        # Outside 0..1 the squares in the overlay formula would explode in a feedback chain.
        printed = blended(np.clip(faded, -0.5, 1.5), np.clip(silver, 0.0, 1.0), "overlay")
        return mix(faded, printed.astype(np.float32, copy=False), self.amount)
