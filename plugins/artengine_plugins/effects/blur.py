"""Blur: everything softens."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.field import Field
from artengine_plugins.imaging.mix import mix
from artengine_plugins.imaging.varied_blur import varied_blur


class Blur(Effect):
    """Edges soften and small things melt into their surroundings."""

    name: ClassVar[str] = "blur"
    uses_truth: ClassVar[bool] = False

    radius: float = Param(1.5, ge=0, le=64, unit="pixels", field=True)
    """Standard deviation of the Gaussian: sharp at 0, nothing but large clouds of colour at 64."""

    amount: float = Param(1.0, ge=0, le=1, field=True)
    """How much of the blurred picture is taken: none at 0, a haze over sharp edges in between,
    all of it at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Blur the frame."""
        return mix(frame, self._blurred(frame), self.amount, own=True)

    def _blurred(self, frame: Frame) -> Frame:
        radius: Field = self.radius
        if isinstance(radius, np.ndarray):
            return varied_blur(frame, radius)
        return gaussian_blur(frame, radius)
