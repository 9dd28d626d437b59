"""Functions of expressions that remember: what they keep from frame to frame."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from artengine.curves.chance import normal
from artengine.curves.signal import SignalContext
from artengine.curves.syntax import fault
from artengine.params import CurveError

Evaluate: TypeAlias = Callable[[SignalContext], float]
"""A part of an expression, compiled."""

LONGEST_DELAY = 10_000
"""Frames that `delay` may look back."""


MOST_KEPT = 10_500
"""Numbers that the functions of one expression may keep together."""


class Memory(ABC):
    """A function's memory of one place in one expression. `advance` is called once a frame.

    Args:
        size: how many numbers it keeps beside its value.
    """

    place = 0
    """Where the function is called, in the expression's text."""

    def __init__(self, size: int = 0) -> None:
        # Not a number until the first frame.
        self.state = [math.nan] * (size + 1)
        """The value now, and what else is kept."""

    def value(self, _now: SignalContext) -> float:
        """The value at the frame that it was advanced to."""
        return self.state[0]

    @property
    def begun(self) -> bool:
        """Whether there was a frame before."""
        return not math.isnan(self.state[-1])

    @abstractmethod
    def advance(self, now: SignalContext) -> None:
        """Go on by a frame."""


class Lag(Memory):
    """A value that follows another one, faster or slower up than down."""

    def __init__(self, of: Evaluate, attack: Evaluate, release: Evaluate) -> None:
        super().__init__()
        self._of, self._attack, self._release = of, attack, release

    def advance(self, now: SignalContext) -> None:
        """Take the share of the way that a frame is of the time."""
        target = self._of(now)
        if not self.begun:
            self.state[0] = target
            return
        behind = target - self.state[0]
        seconds = (self._attack if behind > 0 else self._release)(now)
        self.state[0] += behind * _share(seconds * now.clock.fps)


def _share(frames: float) -> float:
    """Which part of the way is done in a frame, where 63 per cent take so many frames."""
    return -math.expm1(-1.0 / frames) if frames > 1e-3 else 1.0


class Delay(Memory):
    """A value as it was some frames ago; the first one until there are so many."""

    def __init__(self, of: Evaluate, frames: int) -> None:
        super().__init__(frames + 1)
        self._of, self._frames = of, frames

    def advance(self, now: SignalContext) -> None:
        """Keep the newest value in place of the oldest one."""
        value, frames = self._of(now), self._frames
        if not self.begun:
            self.state[:-1] = [value] * (frames + 1)
            self.state[-1] = 0.0
            return
        place = int(self.state[-1])
        if frames:
            self.state[0], self.state[1 + place] = self.state[1 + place], value
            self.state[-1] = float((place + 1) % frames)
        else:
            self.state[0] = value


class Hold(Memory):
    """A value that is taken anew when the whole part of another one changes."""

    def __init__(self, of: Evaluate, every: Evaluate) -> None:
        super().__init__(1)
        self._of, self._every = of, every

    def advance(self, now: SignalContext) -> None:
        """Take the value where the whole part has changed."""
        whole = float(math.floor(self._every(now)))
        if not self.begun or whole != self.state[1]:
            self.state[:] = [self._of(now), whole]


class Walk(Memory):
    """A random walk between 0 and 1, reflected at both."""

    def __init__(self, speed: Evaluate, number: Evaluate, key: int) -> None:
        super().__init__()
        self._speed, self._number, self._key = speed, number, key

    def advance(self, now: SignalContext) -> None:
        """Take a random step."""
        if not self.begun:
            self.state[0] = 0.5
            return
        clock = now.clock
        step = normal(self._key, self._number(now), clock.index) / math.sqrt(clock.fps)
        place = math.fmod(abs(self.state[0] + self._speed(now) * step), 2.0)
        self.state[0] = 2.0 - place if place > 1.0 else place


def excess_of(memories: Sequence[Memory]) -> str:
    """Say that an expression's memories keep too much; empty where they do not."""
    kept = sum(len(memory.state) for memory in memories)
    if kept <= MOST_KEPT:
        return ""
    return (
        f"the delays up to here keep {kept:,} values; allowed: {MOST_KEPT:,} in an expression; "
        "name parts of it in [curves]"
    )


class Previous(Memory):
    """The expression's own value at the frame before; 0 at the first one."""

    def __init__(self) -> None:
        super().__init__()
        self.state[0] = 0.0

    def advance(self, now: SignalContext) -> None:
        """Nothing: the signal puts its value here when it is known."""


def advance_all(memories: Iterable[Memory], now: SignalContext) -> None:
    """Go on by a frame. Raises `CurveError` for what cannot be calculated."""
    for memory in memories:
        try:
            memory.advance(now)
        except CurveError:
            raise
        except (ValueError, OverflowError) as error:
            name = type(memory).__name__.lower()
            raise fault(memory.place, f"{name} of inf or nan has no value") from error


def state_of(memories: Iterable[Memory]) -> list[float]:
    """What functions remember, one after the other."""
    return [number for memory in memories for number in memory.state]


def restore_all(memories: Iterable[Memory], state: Iterable[float]) -> None:
    """Have functions remember what `state_of` gave out."""
    numbers = iter(state)
    for memory in memories:
        memory.state = [float(next(numbers)) for _ in memory.state]
