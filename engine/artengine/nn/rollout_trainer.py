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

    The network predicts T frames in a row from its own predictions, and the loss is computed over
    all of them. Frames are padded to the size divisor and cropped back, as in a dream; a model's
    own loss gets padded frames.

    With `on_policy_context`, rows of the batch continue from the network's predictions in the
    previous step: the input is then a pair of context frames and a bool mask `(B,)` of the rows
    that start with them; the other rows start with their row of the variable `on_policy_context`.
    If the network's layers depend on training mode, or the model has its own loss, these
    predictions come from another rollout, in inference mode and without noise; else from the same.

    Shapes: context frames `(B, H, W, 3 * context)`, truth `(B, T, H, W, 3)`.

    Args:
        model: the model, which steps with the network.
        network: the network that is trained.
        disturbance: the augmentation of the context frames.
        loss: the loss of a rollout; None if the model has its own.
        discriminator: trained together with the network to distinguish its predictions from the
            truth; None for none.
        adversarial_weight: weight of the generator loss.
        rollout: T, the number of frames that are predicted in a row.
        seed: seed of the noise and of the model's samples.
        on_policy_context: shape of the context frames, `(B, H, W, 3 * context)`, if rows continue
            from the network's own predictions; see `artengine.train.on_policy`.
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
        # Bypass Keras, which wraps the attributes of its models.
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
        """Return the context frames that the rows of a batch start with.

        The predictions may depend on the truth (see `Model.training_state`), which Keras passes
        only to `compute_loss`; so the rollout is done there.
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
        """Return the loss of a rollout, or the model's own, plus the adversarial loss.

        The discriminator's loss contributes its gradients only: the value is the network's loss.

        Args:
            x: the inputs.
            y: the truth.
            y_pred: the result of `call`.
            sample_weight, training: not used.
        """
        # Keras's trainer for Torch passes arrays unconverted.
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
            # Use the training state, because a model cannot know where in the frame a crop is.
            shown = learnt if self._reuses_rollout else self._roll_out(clean, truth)[0]
            self._go_on(clean, shown)
        # Gradients are summed over all replicas.
        return loss / replicas.count()

    def _go_on(self, context_frames: Any, predictions: Sequence[Any]) -> None:
        """Store the context frames after these predictions for the next step."""
        frames = ops.concatenate([context_frames, *predictions], axis=-1)
        newest = ops.stop_gradient(frames[..., -self.on_policy_context.shape[-1] :])
        self.on_policy_context.assign(replicas.gather(newest))

    def _roll_out(
        self, context_frames: Any, truth: Any = None, *, training: bool = False
    ) -> tuple[list[Any], Any]:
        """Return the predictions, and the network's mean regularisation loss over the steps.

        The initial state is that of training if the truth is given, else that of a dream.
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
            # Keras clears these losses at the network's next call.
            regularisation_loss += _regularisation_loss(self.network)
        return predictions, regularisation_loss / self.rollout

    def _padded(self, truth: Any) -> Any:
        size_divisor = self._model.size_divisor
        frames = [pad_to_multiple(truth[:, step], size_divisor) for step in range(truth.shape[1])]
        return ops.stack(frames, axis=1)

    def _seed(self) -> Any:
        # Mask the sign bit, because these seeds are unsigned and models take int32.
        return ops.cast(ops.bitwise_and(self.random.next(), 0x7FFFFFFF), "int32")


def _changes_in_training(layer: keras.Layer) -> bool:
    """Return whether a layer, or a nested one, depends on training mode, as dropout and batch
    normalisation do."""
    if isinstance(layer, keras.Model):
        return any(map(_changes_in_training, layer.layers))
    called = layer.function if isinstance(layer, keras.layers.Lambda) else layer.call
    return "training" in signature(called).parameters


def _regularisation_loss(network: keras.Model) -> Any:
    """Return the sum of the layers' losses, for their weights and their last outputs."""
    return sum((ops.sum(loss) for loss in network.losses), start=0.0)
