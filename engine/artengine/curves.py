"""Curves: a parameter's value over time.

A curve is written in a preset as a table in place of a number. Which kind of curve it is, is told
by one key of that table: `keys` makes `Keyframes`. Another kind joins with `register_curve`, and
then works for every automatable parameter of every plugin.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from artengine.errors import did_you_mean

EASES: Mapping[str, Callable[[float], float]] = {
    "linear": lambda t: t,
    "in": lambda t: t * t * t,
    "out": lambda t: 1.0 - (1.0 - t) ** 3,
    "in-out": lambda t: t * t * (3.0 - 2.0 * t),
    "sine": lambda t: 0.5 - 0.5 * math.cos(math.pi * t),
    "hold": lambda _t: 0.0,
}
"""Easing by name: each maps the share of a segment that has passed, 0..1, to the share of the
change that is done. `hold` keeps a key's value until the next key."""


class CurveError(ValueError):
    """A table that was meant as a curve is not one; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A point in a film's time.

    Args:
        index: frames since the film's first, 0 or more.
        fps: frames a second, above 0.
        frames: how many frames the film will have, or None when it has no end.
    """

    index: int
    fps: float
    frames: int | None = None

    @property
    def seconds(self) -> float:
        """Seconds since the film's first frame."""
        return self.index / self.fps

    @property
    def progress(self) -> float:
        """Share of the film that has passed, 0 at its first frame and 1 at its last."""
        if self.frames is None or self.frames < 2:
            return 0.0
        return min(1.0, self.index / (self.frames - 1))


class Curve(ABC):
    """A value over time. Curves are immutable and give the same value for the same clock."""

    key: ClassVar[str]
    """The key of a preset's table that tells this kind of curve from the others."""

    @classmethod
    @abstractmethod
    def parse(cls, table: Mapping[str, Any]) -> Self:
        """Read a preset's table. Raises `CurveError` with what is allowed."""

    @abstractmethod
    def at(self, clock: Clock) -> float:
        """Return the value at that time."""

    def values(self) -> tuple[float, ...]:
        """Values that are named in the preset, to be checked against a parameter's bounds."""
        return ()

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """JSON schema of the tables that `parse` takes, for editors."""
        return {"type": "object", "required": [cls.key]}


_TIME = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(s|f|%)?")


@dataclass(frozen=True, slots=True)
class Keyframes(Curve):
    """Values at given times, with easing between them and held before the first and after the last.

    In a preset: `{ keys = { "0s" = 0.1, "4s" = 0.6 }, ease = "in-out" }`. A time is `"4s"`
    (seconds), `"96f"` or `"96"` (frames), or `"50%"` (of the film). Where two keys fall on the same
    frame, the value jumps there to that of the later one.
    """

    key: ClassVar[str] = "keys"
    keys: tuple[tuple[float, str, float], ...]
    ease: str = "linear"

    @classmethod
    def parse(cls, table: Mapping[str, Any]) -> Self:
        """Read `keys` and `ease`. Raises `CurveError`."""
        for name in table:
            if name not in ("keys", "ease"):
                near = did_you_mean(name, ["keys", "ease"])
                raise CurveError(f'a curve of keys has no "{name}"{near}; it takes keys and ease')
        ease = table.get("ease", "linear")
        if not isinstance(ease, str) or ease not in EASES:
            near = did_you_mean(str(ease), list(EASES))
            raise CurveError(f"the ease {ease!r} is unknown{near}; allowed: {', '.join(EASES)}")
        keys = table["keys"]
        if not isinstance(keys, Mapping) or not keys:
            raise CurveError('keys must be a table of times and numbers, as { "0s" = 0, "4s" = 1 }')
        parsed: dict[tuple[float, str], float] = {}
        for written, value in keys.items():
            time, unit, number = cls._key(str(written), value)
            if (time, unit) in parsed:
                raise CurveError(f'the time "{written}" is there twice; each key needs its own')
            parsed[time, unit] = number
        return cls(tuple((time, unit, value) for (time, unit), value in parsed.items()), ease)

    @staticmethod
    def _key(time: str, value: Any) -> tuple[float, str, float]:
        match = _TIME.fullmatch(time.strip())
        if match is None:
            raise CurveError(f'"{time}" is not a time; write "4s", "96f" or "50%"')
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise CurveError(f'the value at "{time}" is {value!r}; it must be a number')
        if not math.isfinite(value):
            raise CurveError(f'the value at "{time}" is {value!r}; it must be finite')
        return float(match[1]), match[2] or "f", float(value)

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """JSON schema of `keys` and `ease`."""
        keys = {"type": "object", "minProperties": 1, "additionalProperties": {"type": "number"}}
        return {
            "type": "object",
            "description": "Values at times (4s, 96f, 50%), with easing between them.",
            "required": ["keys"],
            "properties": {"keys": keys, "ease": {"enum": list(EASES), "default": "linear"}},
            "additionalProperties": False,
        }

    def values(self) -> tuple[float, ...]:
        """The value of each key; what lies between stays between, for no easing overshoots."""
        return tuple(value for _, _, value in self.keys)

    def at(self, clock: Clock) -> float:
        """Return the eased value at that time."""
        points = [(self._frame(time, unit, clock), value) for time, unit, value in self.keys]
        points.sort(key=lambda point: point[0])
        later = bisect_right([time for time, _ in points], clock.index)
        if later == 0:
            return points[0][1]
        if later == len(points):
            return points[-1][1]
        (start, before), (end, after) = points[later - 1], points[later]
        return before + (after - before) * EASES[self.ease]((clock.index - start) / (end - start))

    @staticmethod
    def _frame(time: float, unit: str, clock: Clock) -> float:
        if unit == "s":
            return time * clock.fps
        if unit == "%":
            return time / 100.0 * max(0, (clock.frames or 1) - 1)
        return time


_KINDS: dict[str, type[Curve]] = {}


def register_curve(kind: type[Curve]) -> None:
    """Make a kind of curve known by its telling key. Raises ValueError when the key is taken."""
    known = _KINDS.get(kind.key, kind)
    # A plugin that is loaded again brings the same class anew.
    if (known.__module__, known.__qualname__) != (kind.__module__, kind.__qualname__):
        raise ValueError(f'curves with "{kind.key}" are already {known.__name__}')
    _KINDS[kind.key] = kind


register_curve(Keyframes)


def curve_kinds() -> tuple[type[Curve], ...]:
    """Every known kind of curve."""
    return tuple(_KINDS.values())


def is_curve(value: object) -> bool:
    """Whether a preset's value is a table with the telling key of a known kind of curve."""
    return isinstance(value, Mapping) and any(key in value for key in _KINDS)


def parse_curve(table: Mapping[str, Any]) -> Curve:
    """Turn a preset's table into a curve. Raises `CurveError` with what is allowed."""
    for key, kind in _KINDS.items():
        if key in table:
            return kind.parse(table)
    nearest = [did_you_mean(key, list(_KINDS)) for key in table]
    near = next(filter(None, nearest), "")
    given, kinds = ", ".join(table) or "nothing", " or ".join(_KINDS)
    raise CurveError(
        f"a table with {given} given{near}; allowed: a number, or a table with {kinds}"
    )
