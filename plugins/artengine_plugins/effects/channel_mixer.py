"""Channel mixer: new red, green and blue from mixtures of the old."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param


class ChannelMixer(Effect):
    """Red, green and blue are mixed anew from one another: leaves turn red, skies turn green."""

    name: ClassVar[str] = "channel-mixer"
    uses_truth: ClassVar[bool] = False

    red_from_red: float = Param(0.2, ge=-2, le=2)
    """Share of the old red in the new red: inverted and doubled at -2, none at 0, doubled at 2. The
    other eight parameters work alike."""

    red_from_green: float = Param(1.1, ge=-2, le=2)
    """Share of the old green in the new red, -2 to 2."""

    red_from_blue: float = Param(-0.3, ge=-2, le=2)
    """Share of the old blue in the new red, -2 to 2."""

    green_from_red: float = Param(0.5, ge=-2, le=2)
    """Share of the old red in the new green, -2 to 2."""

    green_from_green: float = Param(-0.1, ge=-2, le=2)
    """Share of the old green in the new green, -2 to 2."""

    green_from_blue: float = Param(0.6, ge=-2, le=2)
    """Share of the old blue in the new green, -2 to 2."""

    blue_from_red: float = Param(0.4, ge=-2, le=2)
    """Share of the old red in the new blue, -2 to 2."""

    blue_from_green: float = Param(0.5, ge=-2, le=2)
    """Share of the old green in the new blue, -2 to 2."""

    blue_from_blue: float = Param(0.1, ge=-2, le=2)
    """Share of the old blue in the new blue, -2 to 2."""

    keep_light: bool = True
    """Whether greys stay as they are: the three shares of each new channel are divided by their
    sum, unless it is near 0."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Mix the channels by one matrix."""
        matrix = np.array(
            [
                [self.red_from_red, self.red_from_green, self.red_from_blue],
                [self.green_from_red, self.green_from_green, self.green_from_blue],
                [self.blue_from_red, self.blue_from_green, self.blue_from_blue],
            ],
            np.float32,
        )
        if self.keep_light:
            total = matrix.sum(axis=1, keepdims=True)
            matrix = np.where(np.abs(total) > 0.25, matrix / np.where(total == 0, 1, total), matrix)
        return cv2.transform(frame, matrix.astype(np.float32)).astype(np.float32, copy=False)
