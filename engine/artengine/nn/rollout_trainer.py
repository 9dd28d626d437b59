"""A network with its training step, for any Keras backend."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import Any

import keras
from keras import ops

from artengine.nn import replicas
from artengine.nn.disturbance import Disturbance
from artengine.nn.float32_outputs import Float32Outputs
from artengine.nn.losses import Loss
from artengine.nn.losses.adversarial import adversarial
from artengine.nn.optimisers import set_learning_rate
from artengine.nn.step import cropped, pad_to_multiple
from artengine.nn.step_model import StepModel

NONE = Disturbance()


class RolloutTrainer(keras.Model):
    """Wraps a network so that `train_on_batch(context_frames, truth)` trains it through a rollout.

    The network predicts T frames in a row from its own predictions, and the loss is taken over all
    of them. Frames are padded to the size divisor and cropped back, as in a dream; a model's own
    loss is given them padded.

    With `on_policy_context`, rows of the batch continue from what the network predicted in the step
    before: inputs are then a pair of context frames and of which rows begin with them, bool `(B,)`;
    the others begin with their row of the variable `on_policy_context`. Networks that compute
    otherwise in training than in a dream, and models with a loss of their own, predict them in
    another rollout, without noise and not in training mode; others in the one that is learnt from.

    Shapes: context frames `(B, H, W, 3 * context)`, truth `(B, T, H, W, 3)`.

    Args:
        model: how to step with the network.
        network: what is trained.
        disturbance: what the context frames are changed by.
        loss: of a rollout; None where the model has its own.
        discriminator: trained beside the network to tell its predictions from the truth; None for
            none.
        adversarial_weight: weight of the generator loss.
        rollout: T, how many frames are predicted in a row.
        seed: of the noise, and of what the model samples.
        on_policy_context: shape of the context frames, `(B, H, W, 3 * context)`, where rows
            continue from the network's own predictions; see `artengine.train.on_policy`.
    """

    def __init__(
        self,
        model: StepModel,
        network: keras.Model,
        *,
        disturbance: Disturbance = NONE,
        loss: Loss | None = None,
        discriminator: keras.Model | None = None,
        adversarial_weight: float = 0.0,
        rollout: int = 1,
        seed: int = 0,
        on_policy_context: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(name="rollout_trainer")
        self.network = network
        self.discriminator = discriminator
        self.random = replicas.Seeds(seed)
        # Keras wraps what is set on a model; what it does not know must stay as it is.
        object.__setattr__(self, "_model", model)
        self.disturbance = disturbance
        self.rollout_loss = loss
        self.adversarial_weight = adversarial_weight
        self.rollout = rollout
        self._reuses_rollout = loss is not None and not _changes_in_training(network)
        self.on_policy_context: Any = None
        if on_policy_context is not None:
            self.on_policy_context = self.add_weight(
                shape=on_policy_context,
                initializer="zeros",
                trainable=False,
                dtype="float32",
                name="on_policy_context",
            )

    @property
    def state_variables(self) -> list[keras.Variable]:
        """All variables that a checkpoint holds: those of the networks, the random generators and
        the optimiser."""
        return [*self.variables, *self.optimizer.variables]

    def set_learning_rate(self, rate: float, factor: float) -> None:
        """Set the learning rates; see `optimisers.set_learning_rate`."""
        set_learning_rate(self.optimizer, rate, factor)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The context frames that the rows of a batch begin with.

        What is predicted from them may depend on the truth (see `Model.training_state`), which
        Keras gives to `compute_loss` alone; so the rollout is done there.
        """
        if not isinstance(inputs, (tuple, list)):
            return inputs
        context_frames, begins = inputs
        going_on = replicas.part(self.on_policy_context.value)
        return ops.where(begins[:, None, None, None], context_frames, going_on)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The loss of a rollout, or the model's own, and the adversarial loss.

        The discriminator's loss is part of it by its gradients alone: the value is the network's.

        Args:
            x: the inputs.
            y: the truth.
            y_pred: what `call` gave.
            sample_weight, training: not used.
        """
        # Torch's trainer passes arrays on as they are.
        clean, truth = y_pred, ops.convert_to_tensor(y)
        last = clean[..., -3:]
        context_frames = self.disturbance(clean, self.random) if self.disturbance else clean
        if self.rollout_loss is not None or self.discriminator is not None:
            learnt, regularisation_loss = self._roll_out(context_frames, truth, training=True)
            frames = ops.stack(learnt, axis=1)
        if self.rollout_loss is not None:
            loss = self.rollout_loss(truth, frames, last) + regularisation_loss
        else:
            padded = pad_to_multiple(context_frames, self._model.size_divisor)
            network = Float32Outputs(self.network)
            loss = self._model.loss(network, padded, self._padded(truth), self._seed())
            loss += _regularisation_loss(self.network)
        if self.discriminator is not None:
            generator_loss, discriminator_loss = adversarial(
                self.discriminator, truth, frames, last
            )
            discriminator_loss += _regularisation_loss(self.discriminator)
            loss += self.adversarial_weight * generator_loss + (
                discriminator_loss - ops.stop_gradient(discriminator_loss)
            )
        if self.on_policy_context is not None:
            # The state is that of training, because a model cannot tell where in the frame a crop
            # is.
            shown = learnt if self._reuses_rollout else self._roll_out(clean, truth)[0]
            self._go_on(clean, shown)
        # Gradients are summed over all replicas.
        return loss / replicas.count()

    def _go_on(self, context_frames: Any, predictions: Sequence[Any]) -> None:
        """Keep the context frames that the predictions lead to, for the next step."""
        frames = ops.concatenate([context_frames, *predictions], axis=-1)
        newest = ops.stop_gradient(frames[..., -self.on_policy_context.shape[-1] :])
        self.on_policy_context.assign(replicas.gather(newest))

    def _roll_out(
        self, context_frames: Any, truth: Any = None, *, training: bool = False
    ) -> tuple[list[Any], Any]:
        """The predictions, and the mean over the steps of the network's regularisation loss.

        The state is that of training where the truth is given, else that of a dream.
        """
        height, width = context_frames.shape[1:3]
        size_divisor = self._model.size_divisor
        network = Float32Outputs(self.network)
        padded = pad_to_multiple(context_frames, size_divisor)
        if truth is None:
            state = self._model.initial_state(network, padded, self._seed())
        else:
            state = self._model.training_state(network, padded, self._padded(truth), self._seed())
        predictions, regularisation_loss = [], 0.0
        for _ in range(self.rollout):
            padded = pad_to_multiple(context_frames, size_divisor)
            prediction, state = self._model.step(
                network, padded, state, self._seed(), training=training
            )
            prediction = ops.cast(cropped(prediction, height, width), "float32")
            predictions.append(prediction)
            if len(predictions) < self.rollout:
                context_frames = ops.concatenate([context_frames[..., 3:], prediction], axis=-1)
            # Keras forgets them at the network's next call.
            regularisation_loss += _regularisation_loss(self.network)
        return predictions, regularisation_loss / self.rollout

    def _padded(self, truth: Any) -> Any:
        size_divisor = self._model.size_divisor
        frames = [pad_to_multiple(truth[:, step], size_divisor) for step in range(truth.shape[1])]
        return ops.stack(frames, axis=1)

    def _seed(self) -> Any:
        # Masked, because these seeds are unsigned and models take int32.
        return ops.cast(ops.bitwise_and(self.random.next(), 0x7FFFFFFF), "int32")


def _changes_in_training(layer: keras.Layer) -> bool:
    """Whether a layer, or one that it is made of, computes otherwise in training, as dropout and
    batch normalisation do."""
    if isinstance(layer, keras.Model):
        return any(map(_changes_in_training, layer.layers))
    called = layer.function if isinstance(layer, keras.layers.Lambda) else layer.call
    return "training" in signature(called).parameters


def _regularisation_loss(network: keras.Model) -> Any:
    """What layers add to the loss: for their weights, and for their last outputs."""
    return sum((ops.sum(loss) for loss in network.losses), start=0.0)
