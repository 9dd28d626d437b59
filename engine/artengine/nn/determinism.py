"""The same training twice: seeds, and operations that add up in a fixed order."""

from __future__ import annotations

import random

import keras


def make_deterministic(seed: int) -> None:
    """Seed what layers are made with, and ask for operations that give the same bits every time.

    To be called before a network is built.
    """
    seed_layers(seed)
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    elif backend == "torch":
        import torch

        # Operations that have no such form go on with a warning.
        torch.use_deterministic_algorithms(mode=True, warn_only=True)
        # Nothing reads what was never written.
        torch.utils.deterministic.fill_uninitialized_memory = False


def seed_layers(seed: int) -> None:
    """Seed what new layers draw their weights with."""
    if keras.backend.backend() == "tensorflow":
        keras.utils.set_random_seed(seed % 2**32)
        return
    # Keras's function would import TensorFlow, which takes seconds, wherever it is installed.
    random.seed(seed % 2**32)
    if keras.backend.backend() == "torch":
        import torch

        torch.manual_seed(seed % 2**32)
