"""Keyframes: values at times, with easing between them."""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import field_validator

from artengine.api import Curve, Param, Scope, Signal, SignalContext

EASES: Mapping[str, Callable[[float], float]] = {
    "linear": lambda t: t,
    "in": lambda t: t * t * t,
    "out": lambda t: 1.0 - (1.0 - t) ** 3,
    "in-out": lambda t: t * t * (3.0 - 2.0 * t),
    "sine": lambda t: 0.5 - 0.5 * math.cos(math.pi * t),
    "hold": lambda _t: 0.0,
}
"""Easing by name: each maps the share of a segment that has passed, 0..1, to the share of the
change that is done."""

_TIME = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(s|f|%)?")


class Keyframes(Curve):
    """Values at given times, with easing between them; held before the first and after the last.

    `{ keys = { "0s" = 0.1, "4s" = 0.6 }, ease = "in-out" }` is written on one line. Over several,
    the curve of an effect's `amount` is a table of its own, after the effect's other parameters:

        [feedback.amount]
        ease = "in-out"
        [feedback.amount.keys]
        "0s" = 0.1
        "4s" = 0.6
    """

    name: ClassVar[str] = "keyframes"
    key: ClassVar[str] = "keys"

    keys: dict[str, float] = Param()
    """Values by time: seconds as "4s", frames as "96f" (or "96"), or shares of the film from "0%"
    to "100%". Where two keys fall on the same frame, the value jumps there to the later one's."""

    ease: Literal["linear", "in", "out", "in-out", "sine", "hold"] = "linear"
    """How the value moves from one key to the next: evenly; slowly first (`in`), last (`out`) or
    both (`in-out`, `sine`); or not at all until the next key (`hold`)."""

    @field_validator("keys", mode="before")
    @classmethod
    def _check_keys(cls, keys: Any) -> Any:
        if not isinstance(keys, Mapping) or not keys:
            raise ValueError('it must be a table of times and numbers, as { "0s" = 0, "4s" = 1 }')
        met: set[tuple[float, str]] = set()
        for written, value in keys.items():
            time = _parsed(str(written))
            if time in met:
                raise ValueError(f'the time "{written}" is there twice; each key needs its own')
            met.add(time)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not math.isfinite(value):
                holder = isinstance(value, Mapping | list | tuple)
                plain = str(value) if isinstance(value, float) else json.dumps(value, default=str)
                said = "a table or list" if holder else plain
                raise ValueError(f'the value at "{written}" is {said}; it must be a finite number')
        return keys

    def values(self) -> Sequence[float]:
        """The value of each key; what lies between stays between, for no easing overshoots."""
        return tuple(self.keys.values())

    def stretched(self, share: float) -> Self:
        """The same keys, those in frames at `share` of their number."""
        keys = {}
        for written, value in self.keys.items():
            time, unit = _parsed(written)
            keys[f"{time * share:.6f}f" if unit == "f" else written] = value
        return self.model_copy(update={"keys": keys})

    def remarks(self, scope: Scope) -> Sequence[str]:
        """Keys that the film ends before, and times without a unit."""
        remarks = [
            f'the key "{written}" has no unit and counts frames; write "{written.strip()}f"'
            for written in self.keys
            if written.strip()[-1].isdigit()
        ]
        if scope.frames is None:
            return remarks
        late = [f'"{w}"' for w in self.keys if _frame(w, scope) > scope.frames]
        if late:
            named = ", ".join(late[:3]) + (f" and {len(late) - 3} more" if len(late) > 3 else "")
            which = f"keys {named} come" if len(late) > 1 else f"key {named} comes"
            frames = f"{scope.frames} frame{'' if scope.frames == 1 else 's'}"
            end = f"{frames} at {scope.fps:g} a second"
            remarks.append(f"the {which} after the film's end ({end})")
        return remarks

    def compile(self, scope: Scope) -> Signal:
        """Sort the keys by the frames that they fall on."""
        points = [(_frame(written, scope), value) for written, value in self.keys.items()]
        points.sort(key=lambda point: point[0])
        return KeyframeSignal(points, EASES[self.ease])


class KeyframeSignal(Signal):
    """The eased value between keys that are given by frame.

    Args:
        points: frames and values, sorted by frame.
        ease: one of `EASES`.
    """

    def __init__(
        self, points: Sequence[tuple[float, float]], ease: Callable[[float], float]
    ) -> None:
        self._frames = [frame for frame, _ in points]
        self._values = [value for _, value in points]
        self._ease = ease

    def at(self, now: SignalContext) -> float:
        """Return the eased value now."""
        index = now.clock.index
        later = bisect_right(self._frames, index)
        if later == 0:
            return self._values[0]
        if later == len(self._frames):
            return self._values[-1]
        start, end = self._frames[later - 1], self._frames[later]
        before, after = self._values[later - 1], self._values[later]
        return before + (after - before) * self._ease((index - start) / (end - start))


def _parsed(written: str) -> tuple[float, str]:
    """A time as a number and its unit. Raises ValueError."""
    match = _TIME.fullmatch(written.strip())
    if match is None:
        raise ValueError(f'"{written}" is not a time; write "4s", "96f" or "50%"')
    time, unit = float(match[1]), match[2] or "f"
    if not math.isfinite(time):
        raise ValueError(f'the time "{written}" is too large')
    if unit == "%" and time > 100:
        raise ValueError(f'"{written}" is after the film\'s end; allowed: "0%" to "100%"')
    return time, unit


def _frame(written: str, scope: Scope) -> float:
    """The frame that a time falls on. A film without an end is all at its start for shares."""
    time, unit = _parsed(written)
    if unit == "s":
        return time * scope.fps
    if unit == "%":
        return time / 100.0 * max(0, (scope.frames or 1) - 1)
    return time
