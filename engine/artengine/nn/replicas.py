"""Which replica of the network this is, and its share of each batch."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


def count() -> int:
    """How many replicas of the network there are, on all devices of all machines."""
    if keras.backend.backend() != "tensorflow":
        return 1
    import tensorflow as tf

    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def number() -> Any:
    """Which of them this is, from 0; an int32 scalar."""
    if count() == 1:
        return 0
    import tensorflow as tf

    return ops.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, "int32")


def part(batch: Any) -> Any:
    """The share of a batch `(B, ...)` that is this replica's, `(B / count, ...)`, in order."""
    if count() == 1:
        return batch
    share = batch.shape[0] // count()
    start = [number() * share, *[0] * (len(batch.shape) - 1)]
    return ops.slice(batch, start, (share, *batch.shape[1:]))


def gather(share: Any) -> Any:
    """The shares of all replicas together, `(B, ...)`, from this one's, `(B / count, ...)`."""
    if count() == 1:
        return share
    import tensorflow as tf

    return tf.distribute.get_replica_context().all_gather(share, axis=0)


class Seeds(keras.random.SeedGenerator):
    """Random numbers of each replica's own, the first one's as if it were alone."""

    def next(self, ordered: bool = True) -> Any:
        """The next seed, uint32 `(2,)`."""
        seed = super().next(ordered)
        if count() == 1:
            return seed
        offset = ops.stack([number() * _SEED_DISTANCE, 0])
        return seed + ops.cast(offset, seed.dtype)


_SEED_DISTANCE = 1_000_003
"""Between the seeds of two replicas, so that those of two presets are hardly ever the same."""
