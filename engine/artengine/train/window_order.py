"""The order in which a pass takes windows: at random, yet near each other in their files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.stepping.chance import fold_in, permutation, uniform
from artengine.train.manifest import Manifest
from artengine.train.spans import Indices, Spans

TOGETHER = 8
"""Windows that begin in so many shards, at most, are shuffled together."""

TOGETHER_BYTES = 48 * 2**20
"""In fewer shards where these would exceed this, which the system is to hold, but at least two."""

Place: TypeAlias = tuple[int, npt.NDArray[np.float32]]
"""The first frame of a window, and three random numbers in 0..1 for its crop and mirroring."""


class WindowOrder:
    """Takes shards in a random order, a few at a time, and shuffles the windows that begin in them.

    Args:
        manifest: of the footage.
        spans: where windows begin.
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
        """Each window once.

        Args:
            seed: the same seed gives the same order and the same random numbers.
            skip: how many windows to leave out at the start.
        """
        shards = self._used[permutation(seed, len(self._used))]
        for start in range(0, len(shards), self._together):
            row = shards[start : start + self._together]
            count = int((self._high[row] - self._low[row]).sum())
            if skip < count:
                yield from self._shuffled(row, fold_in(seed, int(row[0])), skip)
            skip = max(0, skip - count)

    def _shuffled(self, row: Indices, seed: Sequence[int], skip: int) -> Iterator[Place]:
        """The windows that begin in some shards."""
        pairs = zip(self._low[row], self._high[row], strict=True)
        numbers = np.concatenate([np.arange(low, high) for low, high in pairs])
        run = np.searchsorted(self._spans.before, numbers, side="right") - 1
        frames = self._spans.firsts[run] - self._spans.before[run] + numbers
        chance = uniform(seed, (len(frames), 3))
        order = permutation(seed, len(frames))
        for place in range(skip, len(frames)):
            yield int(frames[order[place]]), chance[place]
