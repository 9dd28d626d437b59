"""A network with its training step, for any Keras backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from artengine.nn import replicas
from artengine.nn.float32_outputs import Float32Outputs
from artengine.nn.losses import Loss
from artengine.nn.losses.adversarial import adversarial
from artengine.nn.step import pad_to_multiple
from artengine.nn.step_model import StepModel


class RolloutTrainer(keras.Model):
    """Wraps a network so that `train_on_batch(context_frames, truth)` trains it through a rollout.

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
            what the network itself predicted; see `artengine.train.on_policy`.

    What is learnt from is a history, or, where rows go on, the pair of it and of which rows begin
    with it, bool `(B,)`; the others begin with `on_policy_context`, their last
    context. They go on as a dream does, without noise and not in training mode, at the price of
    another rollout.

    Shapes: history `(B, H, W, 3 * context)`, truth `(B, T, H, W, 3)`. The network predicts T
    frames in a row from its own predictions, and the loss is taken over all of them. Frames are
    padded to what the network divides by and cropped back, as in a dream; a model's own loss is
    given them padded.
    """

    def __init__(
        self,
        model: StepModel,
        network: keras.Model,
        *,
        context_noise: float = 0.0,
        loss: Loss | None = None,
        discriminator: keras.Model | None = None,
        adversarial: float = 0.0,
        rollout: int = 1,
        seed: int = 0,
        on_policy_context: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(name="trainee")
        self.network = network
        self.discriminator = discriminator
        self.random = replicas.Seeds(seed)
        # Keras wraps what is set on a model; what it does not know must stay as it is.
        object.__setattr__(self, "_model", model)
        self.context_noise = context_noise
        self.rollout_loss = loss
        self.adversarial = adversarial
        self.rollout = rollout
        self.on_policy_context: Any = None
        if on_policy_context is not None:
            self.on_policy_context = self.add_weight(
                shape=on_policy_context,
                initializer="zeros",
                trainable=False,
                dtype="float32",
                name="on_policy_context",
            )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Predict `rollout` frames in a row, `(B, T, H, W, 3)`; in training, give the history they
        follow, for a rollout that is learnt from may be told of the truth."""
        context_frames = self._begun(inputs)
        if training:
            return context_frames
        return ops.stack(self._rolled(context_frames)[0], axis=1)

    def _begun(self, inputs: Any) -> Any:
        """The history, of rows that go on the one they have come to."""
        if not isinstance(inputs, (tuple, list)):
            return inputs
        context_frames, begins = inputs
        return ops.where(
            begins[:, None, None, None], context_frames, replicas.part(self.on_policy_context)
        )

    def _walk(self, context_frames: Any, predictions: Sequence[Any]) -> None:
        """Remember the histories that the predictions lead to."""
        if self.on_policy_context is not None:
            frames = ops.concatenate([context_frames, *predictions], axis=-1)
            newest = ops.stop_gradient(frames[..., -self.on_policy_context.shape[-1] :])
            self.on_policy_context.assign(replicas.whole(newest))

    def _rolled(
        self, context_frames: Any, truth: Any = None, *, training: bool = False
    ) -> tuple[list[Any], Any]:
        """The predictions, and what the network's layers lose by themselves, mean of the steps."""
        height, width = context_frames.shape[1:3]
        size_divisor = self._model.size_divisor
        network = Float32Outputs(self.network)
        padded = pad_to_multiple(context_frames, size_divisor)
        if truth is None:
            state = self._model.initial_state(network, padded)
        else:
            state = self._model.training_state(network, padded, self._padded(truth), self._seed())
        predictions, regularisation_loss = [], 0.0
        for _ in range(self.rollout):
            padded = pad_to_multiple(context_frames, size_divisor)
            prediction, state = self._model.step(
                network, padded, state, self._seed(), training=training
            )
            prediction = ops.cast(prediction[:, :height, :width], "float32")
            predictions.append(prediction)
            context_frames = ops.concatenate([context_frames[..., 3:], prediction], axis=-1)
            # Keras forgets them at the network's next call.
            regularisation_loss += _regularisation_loss(self.network)
        return predictions, regularisation_loss / self.rollout

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
        clean = context_frames = y_pred
        last = clean[..., -3:]
        if self.context_noise:
            context_frames = self._noisy(context_frames)
        loss = 0.0
        if self.rollout_loss is not None or self.discriminator is not None:
            predictions, regularisation_loss = self._rolled(context_frames, y, training=True)
            frames = ops.stack(predictions, axis=1)
        if self.rollout_loss is not None:
            loss = self.rollout_loss(y, frames, last) + regularisation_loss
        else:
            padded = pad_to_multiple(context_frames, self._model.size_divisor)
            network = Float32Outputs(self.network)
            loss = self._model.loss(network, padded, self._padded(y), self._seed())
            loss += _regularisation_loss(self.network)
        if self.discriminator is not None:
            generator_loss, discriminator_loss = adversarial(self.discriminator, y, frames, last)
            discriminator_loss += _regularisation_loss(self.discriminator)
            loss += self.adversarial * generator_loss + (
                discriminator_loss - ops.stop_gradient(discriminator_loss)
            )
        if self.on_policy_context is not None:
            # What was learnt from may hold noise and dropout, which no dream sees. The state is
            # that of training all the same: of a crop a model cannot find out where it is.
            self._walk(clean, self._rolled(clean, y)[0])
        # Slopes are added up over all replicas.
        return loss / replicas.count()

    def _padded(self, truth: Any) -> Any:
        size_divisor = self._model.size_divisor
        frames = [pad_to_multiple(truth[:, step], size_divisor) for step in range(truth.shape[1])]
        return ops.stack(frames, axis=1)

    def _seed(self) -> Any:
        # Masked, for seeds are unsigned and the contract's are int32.
        return ops.cast(ops.bitwise_and(self.random.next(), 0x7FFFFFFF), "int32")

    def _noisy(self, context_frames: Any) -> Any:
        batch = ops.shape(context_frames)[0]
        deviation = keras.random.uniform(
            (batch, 1, 1, 1), 0.0, self.context_noise, seed=self.random
        )
        return context_frames + deviation * keras.random.normal(
            ops.shape(context_frames), seed=self.random
        )


def _regularisation_loss(network: keras.Model) -> Any:
    """What layers lose by themselves: by their weights, and by what they last gave."""
    return sum((ops.sum(loss) for loss in network.losses), start=0.0)
