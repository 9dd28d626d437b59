"""Shuffle: moments out of order."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import PrivateAttr

from artengine.api import Frame, FrameContext, Param, State
from artengine_plugins.imaging.past_effect import PastEffect


class Shuffle(PastEffect):
    """The last moments are shown out of order, as if the film had been cut up and glued again."""

    name: ClassVar[str] = "shuffle"
    uses_truth: ClassVar[bool] = False

    frames: int = Param(32, ge=1, le=64, automatable=False)
    """Age of the oldest moment: the frame before at 1, seconds at 64. Each frame takes 1.5 MB of
    memory at 512 by 512 pixels."""

    seconds: float = Param(0.12, ge=0, le=10, unit="seconds")
    """Average length of a piece of film: single frames at 0, long takes at 10."""

    mode: Literal["pieces", "stills"] = "pieces"
    """Whether each piece plays on, or shows a still until the next one."""

    _age: int = PrivateAttr(default=0)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Store the frame, and return one from the current piece."""
        past = self._past
        past.add(frame, self.frames)
        chance, pick = now.rng.random(2)
        share = 1.0 if self.seconds == 0 else 1.0 - np.exp(-1.0 / (self.seconds * now.fps))
        too_old = self.mode == "stills" and self._age >= self.frames
        if chance < share or too_old:
            self._age = int(pick * min(past.count, self.frames + 1))
        elif self.mode == "stills":
            self._age += 1
        return past.at(min(self._age, self.frames))

    def reset(self) -> None:
        """Discard the past."""
        super().reset()
        self._age = 0

    def state(self) -> State:
        """Return the past and the age of the frame on show."""
        state = super().state()
        return {**state, "age": np.array(self._age)} if state else {}

    def restore(self, state: State) -> None:
        """Restore the past and the age."""
        super().restore(state)
        self._age = int(state["age"]) if state else 0
