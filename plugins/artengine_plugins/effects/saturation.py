"""Saturation: colours fade, glow or turn over."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.field import Field
from artengine_plugins.imaging.luma import WEIGHTS, luma
from artengine_plugins.imaging.mix import mix
from artengine_plugins.imaging.spread import spread


class Saturation(Effect):
    """Colours fade to grey or begin to glow, while light and dark stay as they are."""

    name: ClassVar[str] = "saturation"
    uses_truth: ClassVar[bool] = False

    factor: float = Param(1.25, ge=-2, le=4, field=True)
    """Saturation: 0 is grey, 1 unchanged, 4 poisonous; below 0 colours become their opposites,
    strong ones at -2."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Scale each pixel's distance from its own grey."""
        factor: Field = self.factor
        if isinstance(factor, np.ndarray):
            return mix(spread(luma(frame)), frame, factor)
        matrix = np.eye(3) * self.factor + (1.0 - self.factor) * np.array(WEIGHTS)
        return cv2.transform(frame, matrix.astype(np.float32)).astype(np.float32, copy=False)
