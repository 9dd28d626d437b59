"""A curve to try parameters with, which needs no plugin."""

from __future__ import annotations

from typing import ClassVar

from artengine.curves import Curve, Scope, Signal, SignalContext
from artengine.params import Param


class _Rise(Signal):
    def __init__(self, ramp: Ramp) -> None:
        self._ramp = ramp

    def at(self, now: SignalContext) -> float:
        share = min(1.0, now.clock.index / self._ramp.frames)
        return self._ramp.low + share * (self._ramp.high - self._ramp.low)


class Ramp(Curve):
    """A value that goes evenly from one number to another, and stays there."""

    name: ClassVar[str] = "ramp"
    key: ClassVar[str] = "frames"

    frames: int = Param(ge=1)
    """After how many frames it is there."""

    low: float = 0.0
    """Where it begins."""

    high: float = 1.0
    """Where it ends."""

    def compile(self, scope: Scope) -> Signal:
        """Make a signal of it."""
        del scope
        return _Rise(self)


def ramps(low: float, high: float, frames: int) -> Ramp:
    """A curve from one number to another in so many frames."""
    return Ramp(low=low, high=high, frames=frames)
