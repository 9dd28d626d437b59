"""Chromatic aberration: a lens that bends red and blue differently."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.border import BORDERS, Border
from artengine_plugins.imaging.warp import about_centre


class ChromaticAberration(Effect):
    """Red and blue come apart towards the edges, as through a cheap lens; in feedback, halos."""

    name: ClassVar[str] = "chromatic-aberration"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(0.03, ge=-0.5, le=0.5)
    """How much larger red is than blue: equal at 0, larger by half at 0.5; at -0.5 blue is
    larger."""

    x: float = Param(0.5, ge=0, le=1)
    """Horizontal position of the centre of the lens: the left edge at 0, the right edge at 1."""

    y: float = Param(0.5, ge=0, le=1)
    """Vertical position of the centre of the lens: the top at 0, the bottom at 1."""

    border: Border = "replicate"
    """How the edges are filled: `reflect` mirrors the picture, `wrap` continues with its opposite
    side, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Enlarge red and shrink blue."""
        red, green, blue = cv2.split(frame)
        scaled = [
            cv2.warpAffine(
                channel,
                about_centre(frame, self.x, self.y, scale=scale),
                size_of(frame),
                flags=cv2.INTER_LINEAR,
                borderMode=BORDERS[self.border],
            )
            for channel, scale in (
                (red, 1.0 + self.amount / 2.0),
                (blue, 1.0 - self.amount / 2.0),
            )
        ]
        return cv2.merge([scaled[0], green, scaled[1]]).astype(np.float32, copy=False)
