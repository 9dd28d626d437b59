"""The curve of a number that a governor steers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from artengine.curves.signal import Curve, Scope, Signal, SignalContext

KEY = "govern {}"
"""The named signal of a steered address. No expression can read a name with a space."""


class Governed(Curve):
    """The value that a governor sets for a number. No preset can write it as a curve."""

    name: ClassVar[str] = "governed"
    key: ClassVar[str] = "steer"

    steer: str
    """The steered address."""

    hold: str
    """The vital sign that it controls."""

    low: float
    """The value if the vital sign is high enough."""

    high: float
    """The value if the vital sign is too low."""

    first: float
    """The initial value."""

    def compile(self, scope: Scope) -> Signal:
        """Read the governor's signal."""
        return _Governed(KEY.format(self.steer), self.first)

    def values(self) -> Sequence[float]:
        """Return the initial value, and both ends."""
        return self.first, self.low, self.high


class _Governed(Signal):
    def __init__(self, name: str, first: float) -> None:
        self._name, self._first = name, first

    def at(self, now: SignalContext) -> float:
        return now.values.get(self._name, self._first)
