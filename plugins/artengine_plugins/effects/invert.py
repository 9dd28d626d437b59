"""Invert: a negative."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.field import Field
from artengine_plugins.imaging.luma import WEIGHTS
from artengine_plugins.imaging.mix import mix


class Invert(Effect):
    """Light becomes dark and dark becomes light, with or without the colours."""

    name: ClassVar[str] = "invert"
    uses_truth: ClassVar[bool] = False

    mode: Literal["colour", "light", "hue"] = "colour"
    """`colour`: a negative, each colour its opposite; `light`: light and dark are swapped and hues
    stay; `hue`: hues are swapped for their opposites and light stays."""

    amount: float = Param(1.0, ge=0, le=1, field=True)
    """How far it goes: unchanged at 0, grey half-way in the mode `colour`, inverted at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Invert the frame by one matrix, so that nothing is clipped."""
        light = np.tile(np.array(WEIGHTS), (3, 1))
        turned, lift = {
            "colour": (-np.eye(3), 1.0),
            "light": (np.eye(3) - 2.0 * light, 1.0),
            "hue": (2.0 * light - np.eye(3), 0.0),
        }[self.mode]
        amount: Field = self.amount
        if isinstance(amount, np.ndarray):
            whole = np.column_stack([turned, np.full(3, lift)]).astype(np.float32)
            return mix(frame, cv2.transform(frame, whole).astype(np.float32, copy=False), amount)
        matrix = np.eye(3) + self.amount * (turned - np.eye(3))
        moved = np.column_stack([matrix, np.full(3, self.amount * lift)])
        return cv2.transform(frame, moved.astype(np.float32)).astype(np.float32, copy=False)
