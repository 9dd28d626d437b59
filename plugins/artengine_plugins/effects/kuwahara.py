"""Kuwahara: brush strokes."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.copy_where import copy_where
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.places import shorter_side

_LIMIT = 64.0
"""Luma is limited to this, so that its variance stays finite."""


class Kuwahara(Effect):
    """The picture looks painted: flat dabs of a broad brush that stop at every edge.

    Each pixel takes the mean of whichever of four squares around it has the lowest variance in luma
    (Kuwahara et al., "Processing of RI-angiocardiographic images", 1976).
    """

    name: ClassVar[str] = "kuwahara"
    uses_truth: ClassVar[bool] = False

    size: float = Param(0.015, ge=0.002, le=0.1)
    """Side of a square as a share of the frame's shorter side: a fine brush at 0.002, a palette
    knife at 0.1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Take the mean of the square with the lowest variance."""
        height, width = frame.shape[:2]
        reach = max(1, round(self.size * shorter_side(frame)))
        around = cv2.copyMakeBorder(frame, reach, reach, reach, reach, cv2.BORDER_REFLECT)
        light = np.clip(luma(around.astype(np.float32, copy=False)), -_LIMIT, _LIMIT)
        window, anchor = (reach + 1, reach + 1), (0, 0)
        mean = cv2.blur(around, window, anchor=anchor).astype(np.float32, copy=False)
        shade = cv2.blur(light, window, anchor=anchor)
        varied = cv2.blur(light * light, window, anchor=anchor) - shade * shade
        # Every square starts at a pixel, so all four means are one plane, read at other offsets.
        starts = [(row, column) for row in (0, reach) for column in (0, reach)]
        quietest = varied[:height, :width].copy()
        painted: Frame = mean[:height, :width].copy()
        for row, column in starts[1:]:
            square = slice(row, row + height), slice(column, column + width)
            quieter = varied[square] < quietest
            np.minimum(quietest, varied[square], out=quietest)
            copy_where(quieter, mean[square], painted)
        return painted
