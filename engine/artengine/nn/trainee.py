"""A network with its training step, for any Keras backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from artengine.nn import replicas
from artengine.nn.losses import Loss
from artengine.nn.losses.adversarial import adversarial
from artengine.nn.step import pad_to_multiple
from artengine.nn.stepper import Stepper
from artengine.nn.widened import Widened


class Trainee(keras.Model):
    """Wraps a network so that `train_on_batch(history, truth)` trains it through a rollout.

    Args:
        model: how to step with the network.
        network: what is trained.
        context_noise: largest deviation of the gaussian noise laid over the context; each window
            draws its own between 0 and this.
        loss: of a rollout; None where the model brings its own.
        discriminator: learns beside the network to tell its predictions from the truth; None for
            none.
        adversarial: weight of what the network loses by that.
        seed: of the noise, and of what the model samples.
        walked: shape of the history, `(B, H, W, 3 * context)`, where rows of the batch go on from
            what the network itself predicted; see `artengine.train.walks`.

    What is learnt from is a history, or, where rows go on, the pair of it and of which rows begin
    with it, bool `(B,)`; the others begin with `walked`, their last history. They go on as a dream
    does, without noise and not in training mode, at the price of another rollout.

    Shapes: history `(B, H, W, 3 * context)`, truth `(B, T, H, W, 3)`. The network predicts T
    frames in a row from its own predictions, and the loss is taken over all of them. Frames are
    padded to what the network divides by and cropped back, as in a dream; a model's own loss is
    given them padded.
    """

    def __init__(
        self,
        model: Stepper,
        network: keras.Model,
        *,
        context_noise: float = 0.0,
        loss: Loss | None = None,
        discriminator: keras.Model | None = None,
        adversarial: float = 0.0,
        rollout: int = 1,
        seed: int = 0,
        walked: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(name="trainee")
        self.network = network
        self.discriminator = discriminator
        self.random = replicas.Seeds(seed)
        # Keras wraps what is set on a model; what it does not know must stay as it is.
        object.__setattr__(self, "_stepper", model)
        self.context_noise = context_noise
        self.rollout_loss = loss
        self.adversarial = adversarial
        self.rollout = rollout
        self.walked: Any = None
        if walked is not None:
            self.walked = self.add_weight(
                shape=walked, initializer="zeros", trainable=False, dtype="float32", name="walked"
            )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Predict `rollout` frames in a row, `(B, T, H, W, 3)`; in training, give the history they
        follow, for a rollout that is learnt from may be told of the truth."""
        history = self._begun(inputs)
        if training:
            return history
        return ops.stack(self._rolled(history)[0], axis=1)

    def _begun(self, inputs: Any) -> Any:
        """The history, of rows that go on the one they have come to."""
        if not isinstance(inputs, (tuple, list)):
            return inputs
        history, begins = inputs
        return ops.where(begins[:, None, None, None], history, replicas.part(self.walked))

    def _walk(self, history: Any, predictions: Sequence[Any]) -> None:
        """Remember the histories that the predictions lead to."""
        if self.walked is not None:
            frames = ops.concatenate([history, *predictions], axis=-1)
            newest = ops.stop_gradient(frames[..., -self.walked.shape[-1] :])
            self.walked.assign(replicas.whole(newest))

    def _rolled(
        self, history: Any, truth: Any = None, *, training: bool = False
    ) -> tuple[list[Any], Any]:
        """The predictions, and what the network's layers lose by themselves, mean of the steps."""
        height, width = history.shape[1:3]
        multiple = self._stepper.multiple
        network = Widened(self.network)
        padded = pad_to_multiple(history, multiple)
        if truth is None:
            state = self._stepper.initial_state(network, padded)
        else:
            state = self._stepper.training_state(network, padded, self._padded(truth), self._seed())
        predictions, lost = [], 0.0
        for _ in range(self.rollout):
            padded = pad_to_multiple(history, multiple)
            prediction, state = self._stepper.step(
                network, padded, state, self._seed(), training=training
            )
            prediction = ops.cast(prediction[:, :height, :width], "float32")
            predictions.append(prediction)
            history = ops.concatenate([history[..., 3:], prediction], axis=-1)
            # Keras forgets them at the network's next call.
            lost += _lost(self.network)
        return predictions, lost / self.rollout

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The model's own loss where it has one, else that of the rollout; and the adversarial one.

        The discriminator's loss is part of it by its slope alone: the value is the network's.
        """
        clean = history = y_pred
        last = clean[..., -3:]
        if self.context_noise:
            history = self._noisy(history)
        loss = 0.0
        if self.rollout_loss is not None or self.discriminator is not None:
            predictions, lost = self._rolled(history, y, training=True)
            frames = ops.stack(predictions, axis=1)
        if self.rollout_loss is not None:
            loss = self.rollout_loss(y, frames, last) + lost
        else:
            padded = pad_to_multiple(history, self._stepper.multiple)
            network = Widened(self.network)
            loss = self._stepper.loss(network, padded, self._padded(y), self._seed())
            loss += _lost(self.network)
        if self.discriminator is not None:
            found_out, taken_in = adversarial(self.discriminator, y, frames, last)
            taken_in += _lost(self.discriminator)
            loss += self.adversarial * found_out + (taken_in - ops.stop_gradient(taken_in))
        if self.walked is not None:
            # What was learnt from may hold noise and dropout, which no dream sees. The state is
            # that of training all the same: of a crop a model cannot find out where it is.
            self._walk(clean, self._rolled(clean, y)[0])
        # Slopes are added up over all replicas.
        return loss / replicas.count()

    def _padded(self, truth: Any) -> Any:
        multiple = self._stepper.multiple
        frames = [pad_to_multiple(truth[:, step], multiple) for step in range(truth.shape[1])]
        return ops.stack(frames, axis=1)

    def _seed(self) -> Any:
        # Masked, for seeds are unsigned and the contract's are int32.
        return ops.cast(ops.bitwise_and(self.random.next(), 0x7FFFFFFF), "int32")

    def _noisy(self, history: Any) -> Any:
        batch = ops.shape(history)[0]
        deviation = keras.random.uniform(
            (batch, 1, 1, 1), 0.0, self.context_noise, seed=self.random
        )
        return history + deviation * keras.random.normal(ops.shape(history), seed=self.random)


def _lost(network: keras.Model) -> Any:
    """What layers lose by themselves: by their weights, and by what they last gave."""
    return sum((ops.sum(loss) for loss in network.losses), start=0.0)
