"""A network with its training step, for any Keras backend."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from artengine.nn.step import pad_to_multiple
from artengine.nn.stepper import Stepper


class Trainee(keras.Model):
    """Wraps a network so that `train_on_batch(history, truth)` trains it through a rollout.

    Args:
        model: how to step with the network.
        network: what is trained.
        context_noise: largest deviation of the gaussian noise laid over the context; each window
            draws its own between 0 and this.
        own_loss: whether the model brings its own loss.
        seed: of the noise, and of what the model samples.

    Shapes: history `(B, H, W, 3 * context)`, truth `(B, T, H, W, 3)`. The network predicts T
    frames in a row from its own predictions, and the compiled loss is taken over all of them.
    Frames are padded to what the network divides by and cropped back, as in a dream; a model's own
    loss is given them padded.
    """

    def __init__(
        self,
        model: Stepper,
        network: keras.Model,
        *,
        context_noise: float = 0.0,
        own_loss: bool = False,
        rollout: int = 1,
        seed: int = 0,
    ) -> None:
        super().__init__(name="trainee")
        self.network = network
        self.random = keras.random.SeedGenerator(seed)
        # Keras wraps what is set on a model; what it does not know must stay as it is.
        object.__setattr__(self, "_stepper", model)
        self.context_noise = context_noise
        self.own_loss = own_loss
        self.rollout = rollout

    def call(self, history: Any, training: bool = False) -> Any:
        """Predict `rollout` frames in a row, `(B, T, H, W, 3)`."""
        if training and self.own_loss:
            return history
        if training and self.context_noise:
            history = self._noisy(history)
        height, width = history.shape[1:3]
        multiple = self._stepper.multiple
        state = self._stepper.initial_state(self.network, pad_to_multiple(history, multiple))
        predictions = []
        for _ in range(self.rollout):
            padded = pad_to_multiple(history, multiple)
            prediction, state = self._stepper.step(
                self.network, padded, state, self._seed(), training=training
            )
            prediction = ops.cast(prediction[:, :height, :width], "float32")
            predictions.append(prediction)
            history = ops.concatenate([history[..., 3:], prediction], axis=-1)
        return ops.stack(predictions, axis=1)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The model's own loss where it has one, else the compiled loss."""
        if self.own_loss and training:
            multiple = self._stepper.multiple
            targets = [pad_to_multiple(y[:, step], multiple) for step in range(y.shape[1])]
            history = self._noisy(x) if self.context_noise else x
            padded, y = pad_to_multiple(history, multiple), ops.stack(targets, axis=1)
            return self._stepper.loss(self.network, padded, y, self._seed())
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def _seed(self) -> Any:
        # Masked, for seeds are unsigned and the contract's are int32.
        return ops.cast(ops.bitwise_and(self.random.next(), 0x7FFFFFFF), "int32")

    def _noisy(self, history: Any) -> Any:
        batch = ops.shape(history)[0]
        deviation = keras.random.uniform(
            (batch, 1, 1, 1), 0.0, self.context_noise, seed=self.random
        )
        return history + deviation * keras.random.normal(ops.shape(history), seed=self.random)
