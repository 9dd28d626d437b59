"""Reproducible training: seeds, and operations that add up in a fixed order."""

from __future__ import annotations

import random

import keras


def make_deterministic(seed: int) -> None:
    """Seed the initialisers of layers, and enable operations that are bitwise reproducible.

    Call it before a network is built.
    """
    seed_layers(seed)
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    elif backend == "torch":
        import torch

        # Operations without a deterministic implementation only warn.
        torch.use_deterministic_algorithms(mode=True, warn_only=True)
        # Nothing reads uninitialised memory.
        torch.utils.deterministic.fill_uninitialized_memory = False


def seed_layers(seed: int) -> None:
    """Seed the initialisers of new layers."""
    if keras.backend.backend() == "tensorflow":
        keras.utils.set_random_seed(seed % 2**32)
        return
    # Keras's function would import TensorFlow if it is installed, which takes seconds.
    random.seed(seed % 2**32)
    if keras.backend.backend() == "torch":
        import torch

        torch.manual_seed(seed % 2**32)
