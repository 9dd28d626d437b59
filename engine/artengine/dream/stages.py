"""Where the time of a film goes."""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar, get_args

Item = TypeVar("Item")

Stage: TypeAlias = Literal["source", "network", "effects", "output", "encoder", "waiting"]
"""The thread of the loop predicts (`network`), applies the chains of feedback and state
(`effects`), and waits for the two others (`waiting`). One of them reads the source; the other
applies the output chain (`output`) and gives pictures to the writers (`encoder`)."""

WRITING: tuple[Stage, ...] = ("output", "encoder")
"""What the thread of the writers does."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a film took after its first frame, for which the network is loaded and traced.

    Args:
        start: seconds until the network had predicted the first frame.
        frames: how many followed.
        seconds: how long they took, with the end of the file.
        stages: milliseconds of each stage for each of them; stages of different threads overlap.
        processor: seconds for each of them of all processors, of this process and those that it
            started, where the system tells these.
    """

    start: float
    frames: int
    seconds: float
    stages: Mapping[Stage, float]
    processor: float

    @property
    def rate(self) -> float | None:
        """Frames a second; None where there was only one."""
        return self.frames / self.seconds if self.frames and self.seconds else None


class Stages:
    """Adds up the time that each stage of a film takes, on any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._began = self._first = time.perf_counter()
        self._worked = worked()

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Time what is done meanwhile."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._add(name, time.perf_counter() - began)

    def timed(self, name: Stage, items: Iterator[Item]) -> Iterator[Item]:
        """Time what an iterator takes for each item."""
        try:
            while True:
                began = time.perf_counter()
                try:
                    item = next(items)
                except StopIteration:
                    return
                self._add(name, time.perf_counter() - began)
                yield item
                # Not held while the next one is made.
                del item
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()

    def dreamt_first(self) -> None:
        """Begin to count, but for what the writers do. Called after the first frame."""
        self._first, self._worked = time.perf_counter(), worked()
        self._forget(*(name for name in get_args(Stage) if name not in WRITING))

    def wrote_first(self) -> None:
        """Begin to count what the writers do. Called after the first picture."""
        self._forget(*WRITING)

    def profile(self, frames: int) -> Profile:
        """What was counted.

        Args:
            frames: how many were made, the first one included.
        """
        count = max(0, frames - 1)
        each = max(1, count)
        with self._lock:
            stages: dict[Stage, float] = {name: self._seconds[name] for name in get_args(Stage)}
        return Profile(
            start=self._first - self._began,
            frames=count,
            seconds=time.perf_counter() - self._first,
            stages={name: 1000 * seconds / each for name, seconds in stages.items()},
            processor=(worked() - self._worked) / each,
        )

    def _add(self, name: Stage, seconds: float) -> None:
        with self._lock:
            self._seconds[name] += seconds

    def _forget(self, *names: str) -> None:
        with self._lock:
            for name in names:
                self._seconds.pop(name, None)


def worked() -> float:
    """Seconds that this process, and those that it has waited for, have spent on processors."""
    return sum(os.times()[:4])
