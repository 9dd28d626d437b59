"""Reading encoded windows from shards with tf.data, in bounded memory and in any order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from artengine.train.manifest import Manifest, shard_name
from artengine.train.spans import Spans

TOGETHER = 8
"""How many shards, at most, are held in memory and have their windows shuffled together."""

HELD_BYTES = 48 * 2**20
"""Fewer shards are held where they would exceed this, but at least two."""


class Reader:
    """Windows of encoded frames.

    Shards are read a few at a time, each with the frames after it into which its last windows
    reach, so that no window is lost where one shard ends and the next begins.

    Args:
        folder: where the shards lie.
        manifest: of that folder.
        spans: where windows begin.
        offsets: distance of each of a window's frames from its first, ascending from 0.
        stop: no frame from this one on is read.
    """

    def __init__(
        self, folder: Path, manifest: Manifest, spans: Spans, offsets: Sequence[int], stop: int
    ) -> None:
        counts = np.array([shard.frames for shard in manifest.shards], np.int64)
        ends = np.cumsum(counts)
        self._starts = ends - counts
        reach = np.minimum(ends + offsets[-1], stop)
        self._files = [str(folder / shard_name(index)) for index in range(len(counts))]
        self._reads = np.maximum(reach - self._starts, 0)
        self._last = np.searchsorted(self._starts, reach)
        self._low, self._high = spans.below(self._starts), spans.below(ends)
        self._used = np.flatnonzero(self._high > self._low)
        largest = max(shard.bytes for shard in manifest.shards)
        self._together = min(TOGETHER, max(2, HELD_BYTES // largest))
        self._spans = spans
        self._offsets = np.array(offsets, np.int64)

    def one_pass(self, key: Any, skip: Any) -> Any:
        """Each window once, in random order.

        Args:
            key: int64 `(2,)`; the same key gives the same order and the same random numbers.
            skip: how many windows to leave out at the start; what is left out is not read.

        Returns:
            A dataset of frames, string `(offsets,)`, and of random numbers, float32 `(3,)` in 0..1.
        """
        import tensorflow as tf

        random = tf.random.experimental
        shards = random.stateless_shuffle(self._used, key)
        counts = tf.gather(self._high - self._low, shards)
        counts = tf.reshape(
            tf.pad(counts, [[0, -len(self._used) % self._together]]), [-1, self._together]
        )
        before = tf.concat([[0], tf.cumsum(tf.reduce_sum(counts, axis=1))], axis=0)
        passed = tf.reduce_sum(tf.cast(before[1:] <= skip, tf.int64))
        rest = skip - before[passed]

        def windows(number: Any, row: Any) -> Any:
            first_frames = self._first_frames(row)
            row_key = random.stateless_fold_in(key, row[0])
            chance = tf.random.stateless_uniform([tf.size(first_frames), 3], row_key)
            first_frames = random.stateless_shuffle(first_frames, row_key)
            after = tf.where(number == 0, rest, 0)
            places = tf.data.Dataset.from_tensor_slices((first_frames[after:], chance[after:]))
            frames = self._frames(row)
            return places.map(
                lambda first, chance: (tf.gather(frames, first + self._offsets), chance)
            )

        rows = tf.data.Dataset.from_tensor_slices(shards).batch(self._together)
        return rows.skip(passed).enumerate().flat_map(windows)

    def _frames(self, row: Any) -> Any:
        """Encoded frames of some shards, each shard's followed by those its windows reach into."""
        import tensorflow as tf

        feature = {"image": tf.io.FixedLenFeature([], tf.string)}

        def frames(shard: Any) -> Any:
            files = tf.constant(self._files)[shard : tf.gather(self._last, shard)]
            records = tf.data.TFRecordDataset(files).take(tf.gather(self._reads, shard))
            return records.map(lambda record: tf.io.parse_single_example(record, feature)["image"])

        read = tf.data.Dataset.from_tensor_slices(row).flat_map(frames)
        return read.batch(int(self._reads.sum())).get_single_element()

    def _first_frames(self, row: Any) -> Any:
        """Where the windows that begin in some shards begin, as indices into `_frames`."""
        import tensorflow as tf

        numbers = tf.ragged.range(tf.gather(self._low, row), tf.gather(self._high, row))
        run = tf.searchsorted(self._spans.before, numbers.values, side="right") - 1
        frames = tf.gather(self._spans.firsts - self._spans.before, run) + numbers.values
        shift = tf.cumsum(tf.gather(self._reads, row), exclusive=True) - tf.gather(
            self._starts, row
        )
        return frames + tf.gather(shift, numbers.value_rowids())
