"""Clip: values are kept in a range."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param


class Clip(Effect):
    """Limits the values of the picture, which calms a dream that grows too bright or too dark.

    Without this effect the feedback path is unclipped.
    """

    name: ClassVar[str] = "clip"
    uses_truth: ClassVar[bool] = False

    low: float = Param(0.0, ge=-4, le=0.49)
    """The lowest value: 0 is black; at -4 hardly anything is limited; at 0.49 nothing is darker
    than middle grey."""

    high: float = Param(1.0, ge=0.5, le=4)
    """The highest value: 1 is white; at 0.5 nothing is brighter than middle grey; at 4 hardly
    anything is limited."""

    softness: float = Param(0.0, ge=0, le=1)
    """Share of the range over which values approach the limit gradually: at 0 they are cut off; at
    1 all lights and darks are compressed towards the middle, and differences beyond the limits
    stay visible."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Limit the values."""
        knee = np.float32(self.softness * (self.high - self.low) / 2.0)
        held = np.clip(frame, self.low + knee, self.high - knee)
        if knee:
            # A hyperbola continues the straight part at the same slope and approaches the limit.
            beyond = frame - held
            reach = np.abs(beyond)
            reach += knee
            beyond *= knee
            beyond /= reach
            held += beyond
        return held
