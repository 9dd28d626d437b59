"""Changes of parameters during a dream."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from threading import Lock
from typing import Any

from artengine.errors import UsageError


@dataclass(frozen=True, slots=True)
class Change:
    """A new value of a parameter from a frame on.

    Args:
        frame: the first frame that is dreamt with it, counted from 0.
        address: the parameter, such as `feedback.noise.amount`.
        value: a number, text or list; for a curve a table, or an expression as text.
    """

    frame: int
    address: str
    value: Any


_frame = attrgetter("frame")


class ChangeQueue:
    """The pending and the applied changes of a dream. Any thread may add to it.

    Args:
        changes: initial changes.
        index: the next frame. Changes of frames before it count as applied.
        frames: length of the film, or None for an endless one.
    """

    def __init__(self, changes: Iterable[Change], index: int, frames: int | None) -> None:
        self._lock = Lock()
        self._next, self._frames = index, frames
        given = sorted(changes, key=_frame)
        count = bisect_left(given, index, key=_frame)
        self._applied, self._waiting = given[:count], given[count:]

    def add(self, address: str, value: Any, frame: int | None) -> None:
        """Add a change, to be applied before a frame; None is the next one.

        Raises:
            UsageError: when that frame has been dreamt, or is past the film's end.
        """
        with self._lock:
            if frame is None:
                frame = self._next
            elif frame < self._next:
                raise UsageError(
                    f"{address}: frame {frame} has been dreamt; the next one is {self._next}"
                )
            elif self._frames is not None and frame >= self._frames:
                raise UsageError(
                    f"{address}: there is no frame {frame}; the last one is {self._frames - 1}"
                )
            insort(self._waiting, Change(frame, address, value), key=_frame)

    def take(self, index: int) -> list[Change]:
        """Remove and return the changes due before frame `index`, in order, and log them."""
        with self._lock:
            count = bisect_right(self._waiting, index, key=_frame)
            due, self._waiting = self._waiting[:count], self._waiting[count:]
            self._applied += due
            self._next = index + 1
            return due

    def drop(self, change: Change) -> None:
        """Remove a rejected change from the applied ones."""
        with self._lock:
            self._applied.remove(change)

    @property
    def applied(self) -> tuple[Change, ...]:
        """The applied changes, in order."""
        with self._lock:
            return tuple(self._applied)

    @property
    def all(self) -> tuple[Change, ...]:
        """The applied and the pending changes, by frame."""
        with self._lock:
            return (*self._applied, *self._waiting)
