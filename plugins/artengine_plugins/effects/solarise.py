"""Solarise: the lights turn into negatives of themselves."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.field import over
from artengine_plugins.imaging.mix import mix


class Solarise(Effect):
    """The lights turn into their own negatives, as in a print exposed a second time.

    This is the Sabattier effect: values above the threshold are mirrored below it.
    """

    name: ClassVar[str] = "solarise"
    uses_truth: ClassVar[bool] = False

    threshold: float = Param(0.5, ge=0, le=1, field=True)
    """Brightness above which values are mirrored: at 0 the whole picture is a negative, at 1 only
    what is brighter than white."""

    amount: float = Param(1.0, ge=0, le=1, field=True)
    """How much of the solarised picture is taken: none at 0, all of it at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Mirror the values at the threshold."""
        threshold = over(self.threshold, frame)
        folded = np.abs(frame - threshold)
        np.subtract(threshold, folded, out=folded)
        return mix(frame, folded, self.amount, own=True)
