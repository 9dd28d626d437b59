"""The positions of windows in a sequence of frames with scene cuts."""

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
    """All positions of a window, numbered from 0 in the order of the footage.

    They are stored as runs of consecutive frames, so memory does not depend on their lengths.

    Args:
        firsts: first frame of each run, ascending.
        counts: length of each run, above 0.
    """

    firsts: Indices
    counts: Indices

    @classmethod
    def between(cls, start: int, stop: int, cuts: Iterable[int], span: int) -> Self:
        """Find the positions in frames `start` to `stop` (exclusive) of windows of `span`
        consecutive frames without a cut inside."""
        inside = sorted(cut for cut in set(cuts) if start < cut < stop)
        edges = np.array([start, *inside, stop], np.int64)
        firsts, counts = edges[:-1], np.diff(edges) - span + 1
        return cls(firsts[counts > 0], counts[counts > 0])

    @cached_property
    def before(self) -> Indices:
        """Number of positions before each run."""
        return np.asarray(np.cumsum(self.counts) - self.counts, np.int64)

    @property
    def total(self) -> int:
        """Number of positions."""
        return int(self.counts.sum())

    def places(self) -> list[int]:
        """Return the first frame of every window, ascending."""
        return [
            int(first) + number
            for first, count in zip(self.firsts, self.counts, strict=True)
            for number in range(count)
        ]

    def below(self, frames: Indices) -> Indices:
        """Return the number of positions below each of these frames."""
        run = np.searchsorted(self.firsts, frames, side="right") - 1
        inside = np.clip(frames - self.firsts[run], 0, self.counts[run])
        return np.asarray(np.where(run < 0, 0, self.before[run] + inside), np.int64)

    def spread(self, most: int) -> Self:
        """Return at most that many of the positions, evenly spread."""
        if self.total <= most:
            return self
        numbers = np.linspace(0, self.total - 1, most).round().astype(np.int64)
        run = np.searchsorted(self.before, numbers, side="right") - 1
        return type(self)(self.firsts[run] + numbers - self.before[run], np.ones_like(numbers))
