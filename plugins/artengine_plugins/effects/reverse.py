"""Reverse: time runs backwards for a while."""

from __future__ import annotations

from typing import ClassVar, Literal

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.past_effect import PastEffect


class Reverse(PastEffect):
    """Time runs backwards through the last moments, again and again, or to and fro."""

    name: ClassVar[str] = "reverse"
    uses_truth: ClassVar[bool] = False

    frames: int = Param(24, ge=1, le=64, automatable=False)
    """How many frames are kept; a moment is half of them: a flicker at 1, more than a second at
    64. Each frame takes 1.5 MB of memory at 512 by 512 pixels."""

    mode: Literal["backwards", "boomerang"] = "backwards"
    """`backwards`: each moment is shown backwards when it is over; `boomerang`: a moment forwards,
    then the same one backwards."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Store the frame, and return the one whose turn it is."""
        window = max(1, self.frames // 2)
        moment, place = divmod(self._past.count, window)
        self._past.add(frame, self.frames)
        if self.mode == "boomerang" and moment % 2 == 0:
            return frame.copy()
        # The frame to show is one frame old at first, and two frames older with each step.
        return self._past.at(2 * place + 1)
