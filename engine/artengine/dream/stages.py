"""Timing of the stages of a render."""

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
"""The loop thread predicts (`network`), applies the feedback and state chains (`effects`), and
waits for the two other threads (`waiting`). One of them reads the source (`source`); the other
applies the output chain (`output`) and passes pictures to the writers (`encoder`)."""

WRITING: tuple[Stage, ...] = ("output", "encoder")
"""The stages of the writer thread."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The timing of a film after its first frame, for which the network is loaded and traced.

    Args:
        start: seconds until the first frame was dreamt.
        frames: number of frames after the first.
        seconds: time for them, including closing the file.
        stages: milliseconds per frame of each stage; stages of different threads overlap.
        processor: processor seconds per frame, of this process and its children if the system
            reports those.
    """

    start: float
    frames: int
    seconds: float
    stages: Mapping[Stage, float]
    processor: float

    @property
    def rate(self) -> float | None:
        """Frames per second; None if there was only one frame."""
        return self.frames / self.seconds if self.frames and self.seconds else None


class Stages:
    """A timer that sums the time of each stage of a film, on any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._began = self._first = time.perf_counter()
        self._worked = worked()

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Add the duration of the block to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._add(name, time.perf_counter() - began)

    def timed(self, name: Stage, items: Iterator[Item]) -> Iterator[Item]:
        """Yield the items of an iterator, adding the time for each to a stage."""
        try:
            while True:
                began = time.perf_counter()
                try:
                    item = next(items)
                except StopIteration:
                    return
                self._add(name, time.perf_counter() - began)
                yield item
                # Do not hold a reference while the next one is made.
                del item
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()

    def dreamt_first(self) -> None:
        """Restart all stages except those of the writer thread. Called after the first frame."""
        self._first, self._worked = time.perf_counter(), worked()
        self._forget(*(name for name in get_args(Stage) if name not in WRITING))

    def wrote_first(self) -> None:
        """Restart the stages of the writer thread. Called after the first picture."""
        self._forget(*WRITING)

    def profile(self, frames: int) -> Profile:
        """Return the timing so far.

        Args:
            frames: number of frames, including the first one.
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
    """Return the processor seconds of this process and of the children that it has waited for."""
    return sum(os.times()[:4])
