"""Clocks: the times at which decoded pictures are shown, from their file's time stamps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from fractions import Fraction

from artengine.ffmpeg.timing import Timing

# After a larger leap of a recording's clock, the next picture follows after one picture's time.
_LEAP = Fraction(1)


class PictureClock(ABC):
    """The times of pictures; called in the order in which they are decoded."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._step = 1 / timing.fps

    @abstractmethod
    def at(self, stamp: Fraction | None, duration: Fraction | None) -> tuple[Fraction, Fraction]:
        """Return the time at which the next picture is shown, and its duration, in seconds.

        Args:
            stamp: the picture's time stamp in the file, in seconds; None if it has none.
            duration: the picture's duration in the file; None if it has none.
        """


class _FileClock(PictureClock):
    """The file's own time stamps."""

    _last: Fraction | None = None

    def at(self, stamp: Fraction | None, duration: Fraction | None) -> tuple[Fraction, Fraction]:
        if stamp is None:
            stamp = Fraction(0) if self._last is None else self._last + self._step
        self._last = stamp
        return stamp, duration or self._step


class _EvenClock(PictureClock):
    """Picture n, identified by its time stamp, at n / rate."""

    _last = -1

    def at(self, stamp: Fraction | None, duration: Fraction | None) -> tuple[Fraction, Fraction]:
        number = self._last + 1
        if stamp is not None:
            stamps = self._timing.stamps
            # ffmpeg rounds time stamps; take the nearest one.
            after = min(bisect_left(stamps, float(stamp)), len(stamps) - 1)
            number = min((after, max(0, after - 1)), key=lambda n: abs(stamps[n] - float(stamp)))
        self._last = number
        return number * self._step, self._step


class _RunningClock(PictureClock):
    """A clock that continues when the file's leaps or restarts."""

    _stamp: Fraction | None = None
    _last: Fraction | None = None

    def at(self, stamp: Fraction | None, duration: Fraction | None) -> tuple[Fraction, Fraction]:
        shown = Fraction(0)
        if self._last is not None:
            passed = None if stamp is None or self._stamp is None else stamp - self._stamp
            follows = passed is not None and 0 < passed <= max(_LEAP, 4 * self._step)
            shown = self._last + (passed if follows and passed is not None else self._step)
        self._stamp, self._last = stamp, shown
        return shown, self._step


def clock_of(timing: Timing) -> PictureClock:
    """Return a new clock for one decoder of a file."""
    kinds: dict[str, type[_FileClock | _EvenClock | _RunningClock]]
    kinds = {"file": _FileClock, "even": _EvenClock, "running": _RunningClock}
    return kinds[timing.clock](timing)
