"""Clip: values are kept in a range."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param


class Clip(Effect):
    """What has grown too bright or too dark is held at a limit, and a wild dream calms down.

    The feedback path is unclipped unless this effect is in it.
    """

    name: ClassVar[str] = "clip"
    uses_truth: ClassVar[bool] = False

    low: float = Param(0.0, ge=-4, le=0.49)
    """The least value that is left: 0 is black; at -4 hardly anything is held; at 0.49 nothing
    is darker than a middle grey."""

    high: float = Param(1.0, ge=0.5, le=4)
    """The greatest value that is left: 1 is white; at 0.5 nothing is brighter than a middle grey;
    at 4 hardly anything is held."""

    softness: float = Param(0.0, ge=0, le=1)
    """Share of the range over which values are slowed down before the limit: at 0 they stop dead;
    at 1 all lights and darks are drawn towards the middle, and differences beyond the limits stay
    visible."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Hold the values."""
        knee = np.float32(self.softness * (self.high - self.low) / 2.0)
        held = np.clip(frame, self.low + knee, self.high - knee)
        if knee:
            # A hyperbola that leaves the straight part at its slope and nears the limit for ever.
            beyond = frame - held
            reach = np.abs(beyond)
            reach += knee
            beyond *= knee
            beyond /= reach
            held += beyond
        return held
