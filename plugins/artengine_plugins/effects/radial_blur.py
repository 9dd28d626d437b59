"""Radial blur: the picture rushes or spins."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.border import BORDERS, Border
from artengine_plugins.imaging.mix import mix
from artengine_plugins.imaging.warp import about_centre


class RadialBlur(Effect):
    """The picture rushes past a point that stays sharp, or spins about it."""

    name: ClassVar[str] = "radial-blur"
    uses_truth: ClassVar[bool] = False

    mode: Literal["zoom", "spin"] = "zoom"
    """`zoom`: streaks run out from the point; `spin`: they run round it."""

    amount: float = Param(0.15, ge=0, le=1)
    """Length of the streaks: none at 0; at 1 they reach twice as far from the point, or a quarter
    of the way round it."""

    x: float = Param(0.5, ge=0, le=1)
    """Horizontal position of the point: the left edge at 0, the right edge at 1."""

    y: float = Param(0.5, ge=0, le=1)
    """Vertical position of the point: the top at 0, the bottom at 1."""

    border: Border = "reflect"
    """How the edges are filled: `reflect` mirrors the picture, `wrap` continues with its opposite
    side, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Average copies of the frame, each moved a little further."""
        # Use as many copies as the longest streak has pixels, rounded to a power of two.
        longest = self.amount * 1.6 * max(frame.shape[:2])
        doublings = int(np.clip(np.ceil(np.log2(max(longest, 1.0))), 1, 6))
        blurred, share = frame, 1.0 / 2**doublings
        for _ in range(doublings):
            blurred = mix(blurred, self._moved(blurred, share), 0.5)
            share *= 2.0
        return blurred

    def _moved(self, frame: Frame, share: float) -> Frame:
        """Return the frame, moved by a share of the whole way."""
        far = self.amount * share
        if self.mode == "zoom":
            matrix = about_centre(frame, self.x, self.y, scale=2.0**far)
        else:
            matrix = about_centre(frame, self.x, self.y, degrees=90.0 * far)
        moved = cv2.warpAffine(
            frame,
            matrix,
            (frame.shape[1], frame.shape[0]),
            flags=cv2.INTER_LINEAR,
            borderMode=BORDERS[self.border],
        )
        return moved.astype(np.float32, copy=False)
