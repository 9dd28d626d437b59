"""Shuffle: moments out of order."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import PrivateAttr

from artengine.api import Frame, FrameContext, Param, State
from artengine_plugins.imaging.past_effect import PastEffect


class Shuffle(PastEffect):
    """The last moments are seen out of order, as if the film had been cut up and glued again."""

    name: ClassVar[str] = "shuffle"
    uses_truth: ClassVar[bool] = False

    frames: int = Param(32, ge=1, le=64, automatable=False)
    """How far back a moment may be: the frame before at 1, seconds at 64. Each takes 1.5 MB of
    memory at 512 by 512 pixels."""

    seconds: float = Param(0.12, ge=0, le=10, unit="seconds")
    """How long a piece of film is, on average: single frames at 0, long takes at 10."""

    mode: Literal["pieces", "stills"] = "pieces"
    """Whether each piece plays on, or stands still until the next."""

    _age: int = PrivateAttr(default=0)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Remember the frame, and show one of any time."""
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
        """Forget the past."""
        super().reset()
        self._age = 0

    def state(self) -> State:
        """The past, and the age of what is shown."""
        state = super().state()
        return {**state, "age": np.array(self._age)} if state else {}

    def restore(self, state: State) -> None:
        """Remember the past again."""
        super().restore(state)
        self._age = int(state["age"]) if state else 0
