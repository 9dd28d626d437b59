"""Match: bring the dream back to the footage's light and colour."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param

_GAIN = 4.0
"""Largest factor by which a channel's contrast is raised or lowered."""


class Match(Effect):
    """A dream that pales, darkens or burns out comes back to the footage's light and colours.

    The mean and the standard deviation of each channel are moved towards the footage's (Reinhard,
    Ashikhmin, Gooch and Shirley, "Color transfer between images", 2001, here in RGB).
    """

    name: ClassVar[str] = "match"

    brightness: float = Param(0.5, ge=0, le=1)
    """How far mean light and tint move towards the footage's: unchanged at 0, the same as the
    footage's at 1."""

    contrast: float = Param(0.5, ge=0, le=1)
    """How far the spread of values moves towards the footage's: unchanged at 0, the same as the
    footage's at 1, but at most four times and at least a quarter of what it was."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Scale and shift each channel."""
        mean, deviation = (part.ravel() for part in cv2.meanStdDev(frame))
        wanted_mean, wanted_deviation = (part.ravel() for part in cv2.meanStdDev(now.truth))
        ratio = (wanted_deviation + 1e-6) / (deviation + 1e-6)
        gain = np.clip(ratio, 1.0 / _GAIN, _GAIN) ** self.contrast
        lift = mean * (1.0 - gain) + self.brightness * (wanted_mean - mean)
        matrix = np.column_stack([np.diag(gain), lift]).astype(np.float32)
        return cv2.transform(frame, matrix).astype(np.float32, copy=False)
