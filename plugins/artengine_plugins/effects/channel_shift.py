"""Channel shift: red, green and blue come apart."""

from __future__ import annotations

from math import cos, radians, sin
from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.border import BORDERS, Border


class ChannelShift(Effect):
    """Red and blue part from green and leave coloured fringes; in feedback, rainbows."""

    name: ClassVar[str] = "channel-shift"
    uses_truth: ClassVar[bool] = False

    distance: float = Param(4.0, ge=0, le=256, unit="pixels")
    """How far red and blue move apart in a frame, in opposite directions: not at all at 0; at 256
    into three separate pictures."""

    angle: float = Param(0.0, ge=-180, le=180, unit="degrees")
    """Direction in which red moves: right at 0, down at 90, up at -90, left at -180 and 180."""

    border: Border = "reflect"
    """How the edges are filled: `reflect` mirrors the picture, `wrap` continues with its opposite
    side, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Move red and blue."""
        x = self.distance * cos(radians(self.angle))
        y = self.distance * sin(radians(self.angle))
        red, green, blue = cv2.split(frame)
        moved = [
            cv2.warpAffine(
                channel,
                np.array([[1.0, 0.0, way * x], [0.0, 1.0, way * y]]),
                size_of(frame),
                flags=cv2.INTER_LINEAR,
                borderMode=BORDERS[self.border],
            )
            for channel, way in ((red, 1.0), (blue, -1.0))
        ]
        return cv2.merge([moved[0], green, moved[1]]).astype(np.float32, copy=False)
