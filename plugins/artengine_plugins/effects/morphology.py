"""Morphology: lights grow or are eaten away."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.places import shorter_side

_OPERATIONS = {
    "dilate": cv2.MORPH_DILATE,
    "erode": cv2.MORPH_ERODE,
    "open": cv2.MORPH_OPEN,
    "close": cv2.MORPH_CLOSE,
    "gradient": cv2.MORPH_GRADIENT,
}


class Morphology(Effect):
    """Lights swell into blocks and bars, or darks eat them away, and in feedback one wins."""

    name: ClassVar[str] = "morphology"
    uses_truth: ClassVar[bool] = False

    mode: Literal["dilate", "erode", "open", "close", "gradient"] = "dilate"
    """`dilate`: lights swell; `erode`: darks do; `open`: small lights vanish; `close`: small darks
    vanish; `gradient`: only the rims of things are left."""

    shape: Literal["square", "row", "column"] = "square"
    """What they swell into: squares, `row`s from left to right, or `column`s."""

    size: float = Param(0.012, ge=0.002, le=0.2)
    """Width of the shape as a share of the frame's shorter side: a pixel or two at 0.002, slabs at
    0.2."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Take the brightest or darkest of each pixel's surroundings."""
        width = 2 * max(1, round(self.size * shorter_side(frame) / 2)) + 1
        size = {"square": (width, width), "row": (width, 1), "column": (1, width)}[self.shape]
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, size)
        swollen = cv2.morphologyEx(
            frame, _OPERATIONS[self.mode], kernel, borderType=cv2.BORDER_REPLICATE
        )
        return swollen.astype(np.float32, copy=False)
