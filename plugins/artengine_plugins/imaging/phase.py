"""Effects that move by themselves at a rate that may change."""

from __future__ import annotations

import numpy as np
from pydantic import PrivateAttr

from artengine.api import Effect, FrameContext, State


class PhasedEffect(Effect):
    """Base of effects with a motion of their own.

    How far the motion has come is summed up frame by frame, and not taken as rate times seconds:
    otherwise a curve on the rate would throw the motion back and forth.
    """

    _phase: float = PrivateAttr(default=0.0)

    def advance(self, rate: float, now: FrameContext) -> float:
        """Return the phase now, 0 at the first frame, and let it go on by `rate` a second."""
        phase = self._phase
        self._phase += rate / now.fps
        return phase

    def reset(self) -> None:
        """Begin the motion again."""
        self._phase = 0.0

    def state(self) -> State:
        """How far the motion has come."""
        return {"phase": np.array(self._phase, np.float64)}

    def restore(self, state: State) -> None:
        """Go on from where the motion was."""
        self._phase = float(state["phase"])
