"""The current replica of the network in distributed training, and its share of each batch."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


def count() -> int:
    """Return the number of replicas of the network, on all devices of all machines."""
    if keras.backend.backend() != "tensorflow":
        return 1
    import tensorflow as tf

    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def number() -> Any:
    """Return the index of this replica, an int32 scalar."""
    if count() == 1:
        return 0
    import tensorflow as tf

    return ops.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, "int32")


def part(batch: Any) -> Any:
    """Return this replica's share of a batch `(B, ...)`, `(B / count, ...)`, in order."""
    if count() == 1:
        return batch
    share = batch.shape[0] // count()
    start = [number() * share, *[0] * (len(batch.shape) - 1)]
    return ops.slice(batch, start, (share, *batch.shape[1:]))


def gather(share: Any) -> Any:
    """Concatenate the shares of all replicas, `(B / count, ...)` each, to `(B, ...)`."""
    if count() == 1:
        return share
    import tensorflow as tf

    return tf.distribute.get_replica_context().all_gather(share, axis=0)


class Seeds(keras.random.SeedGenerator):
    """Random numbers that differ between replicas; the first has those of a single one."""

    def next(self, ordered: bool = True) -> Any:
        """Return the next seed, uint32 `(2,)`."""
        seed = super().next(ordered)
        if count() == 1:
            return seed
        offset = ops.stack([number() * _SEED_DISTANCE, 0])
        return seed + ops.cast(offset, seed.dtype)


_SEED_DISTANCE = 1_000_003
"""Difference between the seeds of two replicas, so that seeds of two presets rarely coincide."""
