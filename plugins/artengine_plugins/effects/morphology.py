"""Morphology: lights grow or are eaten away."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.places import shorter_side

Choice = Callable[[Frame, Frame], Frame]


class Morphology(Effect):
    """Lights swell into blocks and bars, or darks eat them away, and in feedback one wins."""

    name: ClassVar[str] = "morphology"
    uses_truth: ClassVar[bool] = False

    mode: Literal["dilate", "erode", "open", "close", "gradient"] = "dilate"
    """`dilate`: lights grow; `erode`: darks grow; `open`: small lights vanish; `close`: small darks
    vanish; `gradient`: only the rims of things are left."""

    shape: Literal["square", "row", "column"] = "square"
    """Shape into which they grow: squares, `row`s from left to right, or `column`s."""

    size: float = Param(0.012, ge=0.002, le=0.2)
    """Width of the shape as a share of the frame's shorter side: a pixel or two at 0.002, slabs at
    0.2."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Take the maximum or minimum of the pixels around each pixel."""
        width = 2 * max(1, round(self.size * shorter_side(frame) / 2)) + 1
        if self.mode == "dilate":
            return self._extremes(frame, width, np.maximum)
        if self.mode == "close":
            return self._extremes(self._extremes(frame, width, np.maximum), width, np.minimum)
        eaten = self._extremes(frame, width, np.minimum)
        if self.mode == "open":
            return self._extremes(eaten, width, np.maximum)
        if self.mode == "gradient":
            return self._extremes(frame, width, np.maximum) - eaten
        return eaten

    def _extremes(self, frame: Frame, width: int, chosen: Choice) -> Frame:
        """Return the maximum or minimum over windows of an odd width, by doubling windows."""
        reach = width // 2
        down = 0 if self.shape == "row" else reach
        across = 0 if self.shape == "column" else reach
        padded = cv2.copyMakeBorder(frame, down, down, across, across, cv2.BORDER_REPLICATE)
        extremes: Frame = padded.astype(np.float32, copy=False)
        covered = 1
        while down and covered < width:
            step = min(covered, width - covered)
            extremes = chosen(extremes[:-step], extremes[step:])
            covered += step
        covered = 1
        while across and covered < width:
            step = min(covered, width - covered)
            extremes = chosen(extremes[:, :-step], extremes[:, step:])
            covered += step
        return extremes
