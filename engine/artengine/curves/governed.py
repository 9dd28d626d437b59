"""What stands in the place of a curve where a governor steers a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from artengine.curves.signal import Curve, Scope, Signal, SignalContext

KEY = "govern {}"
"""The named signal of an address that is steered. No expression can read a name with a space."""


class Governed(Curve):
    """The value that a governor gives to a number. No preset can write it as a curve."""

    name: ClassVar[str] = "governed"
    key: ClassVar[str] = "steer"

    steer: str
    """The address that is steered."""

    hold: str
    """The vital sign that is held by it."""

    low: float
    """The value where there is enough of the vital sign."""

    high: float
    """The value where there is too little of it."""

    first: float
    """The value to begin with."""

    def compile(self, scope: Scope) -> Signal:
        """Read the governor's signal."""
        return _Governed(KEY.format(self.steer), self.first)

    def values(self) -> Sequence[float]:
        """The value to begin with, and both ends."""
        return self.first, self.low, self.high


class _Governed(Signal):
    def __init__(self, name: str, first: float) -> None:
        self._name, self._first = name, first

    def at(self, now: SignalContext) -> float:
        return now.values.get(self._name, self._first)
