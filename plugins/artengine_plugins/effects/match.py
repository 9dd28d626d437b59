"""Match: the dream takes on the footage's light and colour."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param

_GAIN = 4.0
"""A channel's contrast is raised or lowered so many times at most."""


class Match(Effect):
    """A dream that pales, darkens or burns out comes back to the footage's light and colours.

    The mean and the standard deviation of each channel are brought towards the truth's: Reinhard,
    Ashikhmin, Gooch and Shirley, "Color transfer between images", 2001, done in RGB.
    """

    name: ClassVar[str] = "match"

    brightness: float = Param(0.5, ge=0, le=1)
    """How far mean light and tint are brought to the truth's: left as they are at 0, the same as
    the truth's at 1."""

    contrast: float = Param(0.5, ge=0, le=1)
    """How far the spread of values is brought to the truth's: left as it is at 0, the same as the
    truth's at 1, but never more than four times what it was, or less than a quarter."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Scale and move each channel."""
        mean, deviation = (part.ravel() for part in cv2.meanStdDev(frame))
        wanted_mean, wanted_deviation = (part.ravel() for part in cv2.meanStdDev(now.truth))
        ratio = (wanted_deviation + 1e-6) / (deviation + 1e-6)
        gain = np.clip(ratio, 1.0 / _GAIN, _GAIN) ** self.contrast
        lift = mean * (1.0 - gain) + self.brightness * (wanted_mean - mean)
        matrix = np.column_stack([np.diag(gain), lift]).astype(np.float32)
        return cv2.transform(frame, matrix).astype(np.float32, copy=False)
