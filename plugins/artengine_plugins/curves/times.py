"""Times of keyframes: seconds, frames, beats, bars and shares of the film."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from artengine.api import Scope

_TIME = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(s|f|%|b|beats?|bars?)?")


@dataclass(frozen=True, slots=True)
class Time:
    """A parsed time.

    Args:
        number: the number of units, 0 or more.
        unit: `s`, `f`, `b`, `bar` or `%`.
    """

    number: float
    unit: str

    def frames(self, scope: Scope, whole: float | None = None) -> float:
        """Return the duration in frames.

        Args:
            scope: has the frame rate and the tempo.
            whole: the number of frames of 100 per cent; by default the film's. In a film without an
                end every share is its start.
        """
        match self.unit:
            case "s":
                return self.number * scope.fps
            case "b":
                return self.number * scope.fps * 60.0 / scope.tempo.bpm
            case "bar":
                beats = self.number * scope.tempo.beats_per_bar
                return beats * scope.fps * 60.0 / scope.tempo.bpm
            case "%":
                whole = max(0, (scope.frames or 1) - 1) if whole is None else whole
                return self.number / 100.0 * whole
        return self.number

    def frame(self, scope: Scope) -> float:
        """Return the frame of the film at this time."""
        match self.unit:
            case "b":
                return scope.tempo.seconds_at(self.number) * scope.fps
            case "bar":
                beat = self.number * scope.tempo.beats_per_bar
                return scope.tempo.seconds_at(beat) * scope.fps
        return self.frames(scope)

    @property
    def is_musical(self) -> bool:
        """Whether the time counts from the first beat on."""
        return self.unit in ("b", "bar")


@lru_cache(maxsize=4096)
def time_of(written: str) -> Time:
    """Parse a time. Raises ValueError."""
    match = _TIME.fullmatch(written.strip())
    if match is None:
        raise ValueError(
            f'"{written}" is not a time; write "4s", "96f", "50%", or "4b" and "2bar" for beats '
            "and bars"
        )
    number, unit = float(match[1]), match[2] or "f"
    if not math.isfinite(number):
        raise ValueError(f'the time "{written}" is too large')
    if unit == "%" and number > 100:
        raise ValueError(f'"{written}" is after the film\'s end; allowed: "0%" to "100%"')
    return Time(number, "bar" if unit.startswith("bar") else unit[0])


def scaled(written: str, share: float) -> str:
    """Return the time, multiplied by `share` if it is in frames."""
    time = time_of(written)
    return f"{time.number * share:.6f}f" if time.unit == "f" else written
