"""Who takes the steps of a training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from artengine.errors import TrainingError


class Team:
    """One device alone.

    Args:
        xla: whether XLA compiles the step.
    """

    def __init__(self, *, xla: bool = False) -> None:
        self._xla = xla
        self._step: Callable[[Any, Any], Any] | None = None

    def train_on_batch(self, trainee: keras.Model, inputs: Any, truth: Any) -> float:
        """Have a compiled trainee learn from a batch, and return its loss.

        Raises:
            TrainingError: when XLA cannot compile what it does.
        """
        if not self._xla:
            return float(trainee.train_on_batch(inputs, truth))
        import tensorflow as tf

        if self._step is None:
            # Keras leaves XLA out where TensorFlow's operations must be deterministic; XLA's are.
            self._step = tf.function(
                lambda *batch: trainee.train_step(batch)["loss"], autograph=False, jit_compile=True
            )
        trainee.reset_metrics()
        try:
            return float(self._step(inputs, truth))
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
            said = error.message.strip().splitlines()[0]
            raise TrainingError(
                f"train.xla: XLA cannot compile this training: {said}; leave it out"
            ) from error
