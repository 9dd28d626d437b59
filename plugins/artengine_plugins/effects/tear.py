"""Tear: bands of the picture slip sideways."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, State

Offsets = npt.NDArray[np.float64]


class Tear(Effect):
    """Bands of the picture slip sideways and snap back, as on a worn video tape."""

    name: ClassVar[str] = "tear"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(6.0, ge=0, le=100, unit="percent of the width")
    """How far the bands slip: not at all at 0, any distance at 100."""

    bands: int = Param(5, ge=1, le=64)
    """How many bands slip at a time: one at 1, and at 64 hardly a row stays in place."""

    height: float = Param(6.0, ge=0, le=100, unit="percent of the height")
    """Largest height of a band: single rows at 0, whole halves of the picture at 100."""

    hold: float = Param(4.0, ge=1, le=240, unit="frames")
    """How long the bands stay on average before others slip: a stutter at 1, seconds at 240."""

    _offsets: Offsets | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Shift the bands, wrapping at the edges of the picture."""
        height, width = frame.shape[:2]
        offsets = self._offsets
        renewed = now.rng.random() < 1.0 / self.hold
        if offsets is None or len(offsets) != height or renewed:
            offsets = self._slipped(height, now)
        self._offsets = offsets
        steps = np.rint(offsets * self.amount / 100.0 * width).astype(np.intp)
        torn = np.empty_like(frame)
        changes = np.flatnonzero(np.diff(steps)) + 1
        for first, last in pairwise([0, *changes.tolist(), height]):
            step = int(steps[first]) % width
            torn[first:last, step:] = frame[first:last, : width - step]
            torn[first:last, :step] = frame[first:last, width - step :]
        return torn

    def _slipped(self, rows: int, now: FrameContext) -> Offsets:
        """Draw how far each row slips, as a share of `amount` in -1..1."""
        offsets = np.zeros(rows)
        for start, high, way in now.rng.random((self.bands, 3)):
            first = int(start * rows)
            last = first + 1 + int(high * self.height / 100.0 * rows)
            offsets[first:last] = 2.0 * way - 1.0
        return offsets

    def reset(self) -> None:
        """Discard the bands."""
        self._offsets = None

    def state(self) -> State:
        """Return how far each row slips, float64 `(H,)`."""
        return {} if self._offsets is None else {"offsets": self._offsets.copy()}

    def restore(self, state: State) -> None:
        """Restore how far each row slips."""
        self._offsets = np.array(state["offsets"], np.float64) if state else None
