"""Where windows may begin in a row of frames with scene cuts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Spans:
    """Every place where a window fits, numbered from 0 in the order of the footage.

    Kept as runs of neighbouring frames, so that hours without a cut take no more than seconds.

    Args:
        firsts: first frame of each run, ascending.
        counts: length of each run, above 0.
    """

    firsts: Indices
    counts: Indices

    @classmethod
    def between(cls, start: int, stop: int, cuts: Iterable[int], span: int) -> Self:
        """Places in frames `start` to `stop` (exclusive) for windows of `span` frames in a row,
        none of which holds both sides of a cut."""
        inside = sorted(cut for cut in set(cuts) if start < cut < stop)
        edges = np.array([start, *inside, stop], np.int64)
        firsts, counts = edges[:-1], np.diff(edges) - span + 1
        return cls(firsts[counts > 0], counts[counts > 0])

    @cached_property
    def before(self) -> Indices:
        """How many places lie before each run."""
        return np.asarray(np.cumsum(self.counts) - self.counts, np.int64)

    @property
    def total(self) -> int:
        """How many places there are."""
        return int(self.counts.sum())

    def places(self) -> list[int]:
        """The first frame of each window, ascending: as long a list as there are places."""
        return [
            int(first) + number
            for first, count in zip(self.firsts, self.counts, strict=True)
            for number in range(count)
        ]

    def below(self, frames: Indices) -> Indices:
        """How many places lie below each of these frames."""
        run = np.searchsorted(self.firsts, frames, side="right") - 1
        inside = np.clip(frames - self.firsts[run], 0, self.counts[run])
        return np.asarray(np.where(run < 0, 0, self.before[run] + inside), np.int64)

    def spread(self, most: int) -> Self:
        """At most that many of the positions, evenly spread over them."""
        if self.total <= most:
            return self
        numbers = np.linspace(0, self.total - 1, most).round().astype(np.int64)
        run = np.searchsorted(self.before, numbers, side="right") - 1
        return type(self)(self.firsts[run] + numbers - self.before[run], np.ones_like(numbers))
