"""Freeze: the picture stands still, whole or in pieces."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, State
from artengine_plugins.imaging.copy_where import copy_where
from artengine_plugins.imaging.places import shorter_side


class Freeze(Effect):
    """The picture stands still for a while and jumps on, as a whole or each piece by itself."""

    name: ClassVar[str] = "freeze"
    uses_truth: ClassVar[bool] = False

    mode: Literal["blocks", "rows", "columns", "whole"] = "blocks"
    """What freezes independently: square `blocks`, `rows`, `columns` or the `whole` picture."""

    size: float = Param(0.125, ge=0.01, le=1)
    """Width of a piece as a share of the frame's shorter side: crumbs at 0.01, halves at 1."""

    seconds: float = Param(0.5, ge=0, le=60, unit="seconds")
    """How long a piece freezes on average: not at all at 0, a minute at 60."""

    _held: Frame | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Show the held frame, and update some of its pieces."""
        held = self._held
        if held is None or held.shape != frame.shape:
            held = frame.copy()
        else:
            held = held.copy()
            copy_where(self._updated(frame, now), frame, held)
        self._held = held
        return held.copy()

    def _updated(self, frame: Frame, now: FrameContext) -> npt.NDArray[np.bool_]:
        """Return which pixels show the new frame, broadcastable to `(H, W)`."""
        height, width = frame.shape[:2]
        piece = max(1, round(self.size * shorter_side(frame)))
        rows = height if self.mode in ("columns", "whole") else piece
        columns = width if self.mode in ("rows", "whole") else piece
        share = 1.0 if self.seconds == 0 else 1.0 - np.exp(-1.0 / (self.seconds * now.fps))
        going = now.rng.random((-(-height // rows), -(-width // columns))) < share
        return going.repeat(rows, axis=0)[:height].repeat(columns, axis=1)[:, :width]

    def reset(self) -> None:
        """Discard the held frame."""
        self._held = None

    def state(self) -> State:
        """Return the held frame, float32 `(H, W, 3)`."""
        return {} if self._held is None else {"held": self._held.copy()}

    def restore(self, state: State) -> None:
        """Restore the held frame."""
        self._held = np.array(state["held"], np.float32) if state else None
