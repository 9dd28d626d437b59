"""The same training twice: seeds, and operations that add up in a fixed order."""

from __future__ import annotations

import keras


def make_deterministic(seed: int) -> None:
    """Seed Keras and ask TensorFlow for operations that give the same bits every time.

    To be called before a network is built.
    """
    keras.utils.set_random_seed(seed % 2**32)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
