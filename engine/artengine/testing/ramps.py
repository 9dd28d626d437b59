"""A curve to test parameters with, which needs no plugin."""

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
    """A value that changes linearly from one number to another, and stays there."""

    name: ClassVar[str] = "ramp"
    key: ClassVar[str] = "frames"

    frames: int = Param(ge=1)
    """The number of frames that it takes."""

    low: float = 0.0
    """The first value."""

    high: float = 1.0
    """The last value."""

    def compile(self, scope: Scope) -> Signal:
        """Compile it to a signal."""
        del scope
        return _Rise(self)


def ramps(low: float, high: float, frames: int) -> Ramp:
    """Return a curve from one number to another in a number of frames."""
    return Ramp(low=low, high=high, frames=frames)
