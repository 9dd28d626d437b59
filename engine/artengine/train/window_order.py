"""The order of windows in a pass over the footage, random but with locality in their files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.stepping.chance import fold_in, permutation, uniform
from artengine.train.manifest import Manifest
from artengine.train.spans import Indices, Spans

TOGETHER = 8
"""Maximum number of shards whose windows are shuffled together."""

TOGETHER_BYTES = 48 * 2**20
"""Maximum size of these shards, so that they fit the page cache; there are always at least two."""

Place: TypeAlias = tuple[int, npt.NDArray[np.float32]]
"""The first frame of a window, and three random numbers in 0..1 for its crop and mirroring."""


class WindowOrder:
    """Takes shards in random order, a few at a time, and shuffles the windows that begin in them.

    Args:
        manifest: the footage's manifest.
        spans: the positions of windows.
    """

    def __init__(self, manifest: Manifest, spans: Spans) -> None:
        counts = np.array([shard.frames for shard in manifest.shards], np.int64)
        ends = np.cumsum(counts)
        self._low, self._high = spans.below(ends - counts), spans.below(ends)
        self._used = np.flatnonzero(self._high > self._low)
        largest = max(shard.bytes for shard in manifest.shards)
        self._together = min(TOGETHER, max(2, TOGETHER_BYTES // largest))
        self._spans = spans

    def one_pass(self, seed: Sequence[int], skip: int) -> Iterator[Place]:
        """Yield each window once.

        Args:
            seed: the seed of the order and of the random numbers.
            skip: number of windows to skip at the start.
        """
        shards = self._used[permutation(seed, len(self._used))]
        for start in range(0, len(shards), self._together):
            row = shards[start : start + self._together]
            count = int((self._high[row] - self._low[row]).sum())
            if skip < count:
                yield from self._shuffled(row, fold_in(seed, int(row[0])), skip)
            skip = max(0, skip - count)

    def _shuffled(self, row: Indices, seed: Sequence[int], skip: int) -> Iterator[Place]:
        """Yield the windows that begin in some shards, in random order."""
        pairs = zip(self._low[row], self._high[row], strict=True)
        numbers = np.concatenate([np.arange(low, high) for low, high in pairs])
        run = np.searchsorted(self._spans.before, numbers, side="right") - 1
        frames = self._spans.firsts[run] - self._spans.before[run] + numbers
        chance = uniform(seed, (len(frames), 3))
        order = permutation(seed, len(frames))
        for place in range(skip, len(frames)):
            yield int(frames[order[place]]), chance[place]
