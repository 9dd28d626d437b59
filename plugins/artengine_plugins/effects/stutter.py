"""Stutter: repeat a moment again and again."""

from __future__ import annotations

from typing import ClassVar

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.past_effect import PastEffect


class Stutter(PastEffect):
    """A moment is played again and again, then the film jumps on to where it should be."""

    name: ClassVar[str] = "stutter"
    uses_truth: ClassVar[bool] = False

    frames: int = Param(3, ge=1, le=64, automatable=False)
    """Length of the moment in frames: a still at 1, whole gestures at 64."""

    repeats: int = Param(3, ge=1, le=64)
    """How often it is repeated before the film jumps on: once at 1, for minutes at 64."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Return the frame, or repeat an earlier one."""
        turn = self._past.count % (self.frames * (1 + self.repeats))
        # Store what is shown, so that a repeat can be repeated.
        shown = frame.copy() if turn < self.frames else self._past.at(self.frames - 1)
        self._past.add(shown, self.frames)
        return shown
