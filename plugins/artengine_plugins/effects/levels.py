"""Levels: adjust black, white, gamma, contrast and brightness."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.field import over


class Levels(Effect):
    """Light and dark are pulled apart, pushed together, lifted or lowered."""

    name: ClassVar[str] = "levels"
    uses_truth: ClassVar[bool] = False

    black: float = Param(0.0, ge=-1, le=0.49)
    """Value that becomes 0: at -1 the darks turn into a pale haze, at 0.49 everything but the
    lights falls below black."""

    white: float = Param(1.0, ge=0.5, le=2)
    """Value that becomes 1: at 0.5 lights burn out, at 2 nothing is brighter than middle grey."""

    gamma: float = Param(1.0, ge=0.1, le=10)
    """Curve of the middle tones: below 1 they sink, to night at 0.1; above 1 they rise, to fog at
    10. Black and white stay. Negative values are curved in the same way."""

    contrast: float = Param(1.15, ge=0, le=4, field=True)
    """Distance from middle grey: all grey at 0, unchanged at 1, torn apart at 4."""

    brightness: float = Param(0.0, ge=-1, le=1, field=True)
    """Added at the end: everything is black at -1 and white at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Scale, apply gamma, contrast and brightness, in this order."""
        span = self.white - self.black
        if self.gamma == 1.0:
            gain, shift = self.contrast / span, -self.black / span
            lift = (shift - 0.5) * self.contrast + 0.5 + self.brightness
            return _scaled(frame, gain, lift)
        scaled = _scaled(frame, 1.0 / span, -self.black / span)
        curved = cv2.pow(np.abs(scaled), 1.0 / self.gamma).astype(np.float32, copy=False)
        np.copysign(curved, scaled, out=curved)
        return _scaled(curved, self.contrast, 0.5 - 0.5 * self.contrast + self.brightness)


def _scaled(frame: Frame, gain: float, lift: float) -> Frame:
    scaled: Frame = frame * over(gain, frame)
    scaled += over(lift, frame)
    return scaled
