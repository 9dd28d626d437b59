"""Base of effects that move by themselves at a variable rate."""

from __future__ import annotations

import numpy as np
from pydantic import PrivateAttr

from artengine.api import Effect, FrameContext, State


class PhasedEffect(Effect):
    """Base of effects with a motion of their own.

    The phase is summed frame by frame instead of multiplying rate and time: otherwise a curve on
    the rate would throw the motion back and forth.
    """

    _phase: float = PrivateAttr(default=0.0)

    def advance(self, rate: float, now: FrameContext) -> float:
        """Return the phase now, 0 at the first frame, and advance it by `rate` a second."""
        phase = self._phase
        self._phase += rate / now.fps
        return phase

    def reset(self) -> None:
        """Reset the phase."""
        self._phase = 0.0

    def state(self) -> State:
        """Return the phase."""
        return {"phase": np.array(self._phase, np.float64)}

    def restore(self, state: State) -> None:
        """Restore the phase."""
        self._phase = float(state["phase"])
