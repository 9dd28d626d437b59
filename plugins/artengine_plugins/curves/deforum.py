"""Deforum's schedules: values at frames, such as `0:(1.02), 30:(1.05)`.

Between numbers the value is interpolated linearly; an expression applies until the next frame. In
it `t` is the frame, `s` the seed and `max_f` the film's number of frames, as in Deforum.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from artengine.api import CurveError, Expression, Scope, Signal, SignalContext

LONGEST = 100_000
"""Largest length of a schedule in characters."""

MOST_KEPT = 20_000
"""Largest number of state values of a schedule's functions."""

_OWN = ("t", "s", "max_f")
_FRAME = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*:")


def is_schedule(text: str) -> bool:
    """Return whether a text is a schedule and not an expression."""
    return _FRAME.match(text) is not None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A parsed schedule.

    Args:
        frames: the frames of its keys, in order.
        keys: the value or expression from each frame on.
    """

    frames: tuple[float, ...]
    keys: tuple[Expression, ...]

    @classmethod
    def of(cls, text: str) -> Schedule:
        """Parse a schedule. Raises `CurveError`."""
        return _read(text)

    def stretched(self, share: float) -> str:
        """Return the text of a schedule whose frame n is frame `share * n` of this one."""
        longer = {name: f"({name} / {share:.9g})" for name in ("t", "max_f")}
        moved = {
            f"{frame * share:.6g}": key.written_with(longer)
            for frame, key in zip(self.frames, self.keys, strict=True)
        }
        return ", ".join(f"{frame}:({text})" for frame, text in moved.items())

    def compile(self, scope: Scope) -> Signal:
        """Compile the schedule to a signal."""
        own = {
            "t": lambda now: float(now.clock.index),
            "s": lambda _now: float(scope.seed),
            "max_f": lambda now: float(now.clock.frames or 0),
        }
        signals, kept = [], 0
        for number, (frame, key) in enumerate(zip(self.frames, self.keys, strict=True)):
            signals.append(key.compile(scope.inside(str(number)), own))
            kept += len(signals[-1].state())
            if kept > MOST_KEPT:
                raise CurveError(
                    f"at frame {frame:g}: the functions up to here remember {kept:,} numbers; "
                    f"allowed: {MOST_KEPT:,} in a schedule; shorten its delays"
                )
        return ScheduleSignal(self.frames, signals, [key.constant for key in self.keys])


class ScheduleSignal(Signal):
    """A compiled schedule.

    Args:
        frames: the frames of its keys, in order.
        signals: the signal from each frame on.
        constants: the value of each constant key, otherwise None.
    """

    def __init__(
        self,
        frames: Sequence[float],
        signals: Sequence[Signal],
        constants: Sequence[float | None],
    ) -> None:
        self._frames, self._signals, self._constants = frames, signals, constants

    def at(self, now: SignalContext) -> float:
        """Return the value now."""
        index = now.clock.index
        place = max(0, bisect_right(self._frames, index) - 1)
        constant = self._constants[place]
        if constant is None:
            return self._signals[place].at(now)
        later = place + 1
        if later == len(self._frames) or index < self._frames[0]:
            return constant
        following = self._constants[later]
        if following is None:
            following = self._signals[later].at(now)
        start, end = self._frames[place], self._frames[later]
        return constant + (following - constant) * (index - start) / (end - start)

    def state(self) -> Sequence[float]:
        """Return the state of its expressions."""
        return [number for signal in self._signals for number in signal.state()]

    def restore(self, state: Sequence[float]) -> None:
        """Restore the state of its expressions."""
        rest = list(state)
        for signal in self._signals:
            count = len(signal.state())
            if count:
                signal.restore(rest[:count])
                rest = rest[count:]


@lru_cache(maxsize=256)
def _read(text: str) -> Schedule:
    if len(text) > LONGEST:
        raise CurveError(f"{len(text):,} characters given; allowed: {LONGEST:,} in a schedule")
    found: dict[float, Expression] = {}
    for part in _parts(text):
        head = _FRAME.match(part)
        if head is None:
            shown = part.strip()[:40]
            raise CurveError(f'"{shown}" is no key of a schedule; write 30:(1.05)')
        frame, value = float(head[1]), part[head.end() :].strip()
        if frame in found:
            raise CurveError(f"the frame {frame:g} is there twice; each key needs its own")
        try:
            found[frame] = Expression.of(value, _OWN)
        except CurveError as error:
            raise CurveError(f"at frame {frame:g}: {error}") from error
        if found[frame].reads:
            name = next(iter(found[frame].reads))
            raise CurveError(
                f'at frame {frame:g}: a schedule knows no "{name}"; it knows t (the frame), s, '
                "max_f and the functions of expressions"
            )
    frames = sorted(found)
    return Schedule(tuple(frames), tuple(found[frame] for frame in frames))


def _parts(text: str) -> Iterator[str]:
    """Split a text at the commas outside brackets."""
    depth, start = 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            yield text[start:place]
            start = place + 1
    if text[start:].strip():
        yield text[start:]
