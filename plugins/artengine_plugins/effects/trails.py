"""Trails: bright things linger."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, State
from artengine_plugins.imaging.mix import mix


class Trails(Effect):
    """Bright things leave a fading ghost behind them, as on the tube of an old television."""

    name: ClassVar[str] = "trails"
    uses_truth: ClassVar[bool] = False

    decay: float = Param(0.92, ge=0, le=1)
    """Share of the ghost that survives each frame: none at 0; half a second's worth at 0.92; at 1
    it never fades."""

    mode: Literal["bright", "dark", "mean"] = "bright"
    """What lingers: `bright` things, `dark` things, or everything as in a long exposure, which
    shows the `mean` over time."""

    _ghost: Frame | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Return the frame or its ghost, whichever is stronger, and store it."""
        ghost = self._ghost
        if ghost is None or ghost.shape != frame.shape:
            ghost = frame.copy()
        elif self.mode == "mean":
            ghost = mix(frame, ghost, self.decay)
        elif self.mode == "bright":
            ghost = np.maximum(frame, ghost * np.float32(self.decay))
        else:
            # Fade dark things towards white, as bright ones fade towards black.
            faded = ghost * np.float32(self.decay)
            faded += np.float32(1.0 - self.decay)
            ghost = np.minimum(frame, faded)
        self._ghost = ghost
        return ghost.copy()

    def reset(self) -> None:
        """Discard the ghost."""
        self._ghost = None

    def state(self) -> State:
        """Return the ghost, float32 `(H, W, 3)`, once there is one."""
        return {} if self._ghost is None else {"ghost": self._ghost.copy()}

    def restore(self, state: State) -> None:
        """Restore the ghost."""
        self._ghost = np.array(state["ghost"], np.float32) if "ghost" in state else None
