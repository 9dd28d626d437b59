"""The state of functions of expressions, which they keep from frame to frame."""

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
"""The largest delay of `delay`, in frames."""


MOST_KEPT = 10_500
"""The most numbers that all functions of one expression may keep."""


class Memory(ABC):
    """The state of one function call in an expression. `advance` is called once a frame.

    Args:
        size: how many numbers it keeps in addition to its value.
    """

    place = 0
    """Where the function is called, in the expression's text."""

    def __init__(self, size: int = 0) -> None:
        # NaN until the first frame.
        self.state = [math.nan] * (size + 1)
        """The current value, and the other numbers that are kept."""

    def value(self, _now: SignalContext) -> float:
        """Return the value at the frame that it was advanced to."""
        return self.state[0]

    @property
    def begun(self) -> bool:
        """Whether there was a frame before."""
        return not math.isnan(self.state[-1])

    @abstractmethod
    def advance(self, now: SignalContext) -> None:
        """Advance by a frame."""


class Lag(Memory):
    """A value that follows another one with a delay, which may differ for rising and falling."""

    def __init__(self, of: Evaluate, attack: Evaluate, release: Evaluate) -> None:
        super().__init__()
        self._of, self._attack, self._release = of, attack, release

    def advance(self, now: SignalContext) -> None:
        """Move towards the target."""
        target = self._of(now)
        if not self.begun:
            self.state[0] = target
            return
        behind = target - self.state[0]
        seconds = (self._attack if behind > 0 else self._release)(now)
        self.state[0] += behind * _share(seconds * now.clock.fps)


def _share(frames: float) -> float:
    """Return the share of the way to do in a frame so that 63 per cent take that many frames."""
    return -math.expm1(-1.0 / frames) if frames > 1e-3 else 1.0


class Delay(Memory):
    """A value as it was some frames ago; the first one until there are that many."""

    def __init__(self, of: Evaluate, frames: int) -> None:
        super().__init__(frames + 1)
        self._of, self._frames = of, frames

    def advance(self, now: SignalContext) -> None:
        """Replace the oldest value with the newest one."""
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
    """A value that is sampled again when the whole part of another one changes."""

    def __init__(self, of: Evaluate, every: Evaluate) -> None:
        super().__init__(1)
        self._of, self._every = of, every

    def advance(self, now: SignalContext) -> None:
        """Sample the value if the whole part has changed."""
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
    """Return an error message if an expression's memories keep too much, else an empty text."""
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
        """Do nothing: the signal stores its value here once it is known."""


def advance_all(memories: Iterable[Memory], now: SignalContext) -> None:
    """Advance by a frame. Raises `CurveError` for what cannot be calculated."""
    for memory in memories:
        try:
            memory.advance(now)
        except CurveError:
            raise
        except (ValueError, OverflowError) as error:
            name = type(memory).__name__.lower()
            raise fault(memory.place, f"{name} of inf or nan has no value") from error


def state_of(memories: Iterable[Memory]) -> list[float]:
    """Return the state of functions, concatenated."""
    return [number for memory in memories for number in memory.state]


def restore_all(memories: Iterable[Memory], state: Iterable[float]) -> None:
    """Restore the state of functions that `state_of` returned."""
    numbers = iter(state)
    for memory in memories:
        memory.state = [float(next(numbers)) for _ in memory.state]
