"""On-policy training: rows of a batch continue from the network's predictions."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
import numpy as np
import pytest
from keras import layers, ops

from artengine.model import Model
from artengine.nn.disturbance import Disturbance
from artengine.nn.losses import weighted
from artengine.nn.newest import newest_frames
from artengine.nn.rollout_trainer import RolloutTrainer


class Darker(Model):
    """Predicts half of the newest frame; trained with a learning rate of 0."""

    name: ClassVar[str] = "darker"

    def build(self) -> Any:
        context_frames = keras.Input((None, None, 3 * self.context))
        half = layers.DepthwiseConv2D(
            1, use_bias=False, depthwise_initializer=keras.initializers.Constant(0.5)
        )
        return keras.Model(context_frames, half(context_frames[..., -3:]))


class DarkerOwn(Darker):
    """The same, with a loss of its own."""

    name: ClassVar[str] = "darker-own"

    def loss(self, network: Any, context_frames: Any, truth: Any, seed: Any) -> Any:
        return ops.mean(ops.abs(network(context_frames) - truth[:, 0]))


class Patchy(Darker):
    """The same, with a dropout of half of the input in training."""

    name: ClassVar[str] = "patchy"

    def build(self) -> Any:
        context_frames = keras.Input((None, None, 3 * self.context))
        return keras.Model(context_frames, super().build()(layers.Dropout(0.5)(context_frames)))


class PatchyOwn(Patchy, DarkerOwn):
    """The same, with a loss of its own."""

    name: ClassVar[str] = "patchy-own"


def train_batches(
    model: Model, rollout: int, context_noise: float = 0.0
) -> tuple[RolloutTrainer, list[float]]:
    own = type(model).loss is not Model.loss
    trainer = RolloutTrainer(
        model,
        model.build(),
        loss=None if own else weighted({"l1": 1.0}),
        rollout=rollout,
        disturbance=Disturbance(context_noise),
        on_policy_context=(2, 4, 4, 6),
    )
    trainer.compile(optimizer=keras.optimizers.SGD(0.0))
    truth = np.zeros((2, rollout, 4, 4, 3), np.float32)
    ones = np.ones((2, 4, 4, 6), np.float32)
    losses = [
        float(trainer.train_on_batch((ones, np.array(begins)), truth))
        for begins in ([True, True], [False, False], [True, False])
    ]
    return trainer, losses


def test_rows_continue_from_their_predictions() -> None:
    trainer, losses = train_batches(Darker(context=2), 1)
    np.testing.assert_allclose(losses, [0.5, 0.25, (0.5 + 0.125) / 2], rtol=1e-6)
    on_policy_context = np.asarray(trainer.on_policy_context)
    np.testing.assert_allclose(on_policy_context[:, 0, 0, ::3], [[1.0, 0.5], [0.25, 0.125]])


def test_gradients_of_the_second_prediction_pass_through_the_first() -> None:
    """From white, weights of 0.5 predict 0.5 and then 0.25. The gradient of the second prediction
    is twice as large as it would be with a constant input."""
    model = Darker(context=2)
    network = model.build()
    trainer = RolloutTrainer(model, network, loss=weighted({"l1": 1.0}), rollout=2)
    trainer.compile(optimizer=keras.optimizers.SGD(0.3))
    trainer.train_on_batch(np.ones((2, 4, 4, 6), np.float32), np.zeros((2, 2, 4, 4, 3), np.float32))
    # The mean of both gradients, 1 and 1, shared by three channels.
    np.testing.assert_allclose(np.ravel(network.get_weights()[0]), 0.5 - 0.3 / 3, rtol=1e-5)


def test_rows_continue_after_whole_rollouts() -> None:
    trainer, _ = train_batches(Darker(context=2), 2)
    on_policy_context = np.asarray(trainer.on_policy_context)
    np.testing.assert_allclose(on_policy_context[:, 0, 0, ::3], [[0.5, 0.25], [1 / 32, 1 / 64]])


@pytest.mark.parametrize("kind", [Patchy, PatchyOwn])
def test_rows_continue_without_noise_and_dropout(kind: type[Model]) -> None:
    """The context of the next step is predicted as in a dream."""
    trainer, losses = train_batches(kind(context=2), 1, context_noise=0.5)
    assert abs(losses[0] - 0.5) > 1e-3
    on_policy_context = np.asarray(trainer.on_policy_context)
    np.testing.assert_allclose(on_policy_context[:, 0, 0, ::3], [[1.0, 0.5], [0.25, 0.125]])


def test_rows_of_a_model_with_its_own_loss_continue_too() -> None:
    trainer, losses = train_batches(DarkerOwn(context=2), 1)
    np.testing.assert_allclose(losses, [0.5, 0.25, (0.5 + 0.125) / 2], rtol=1e-6)
    on_policy_context = np.asarray(trainer.on_policy_context)
    np.testing.assert_allclose(on_policy_context[:, 0, 0, ::3], [[1.0, 0.5], [0.25, 0.125]])


def test_newest_frames_returns_the_last_frame_of_each_context() -> None:
    contexts = keras.Variable(np.random.default_rng(0).random((2, 4, 5, 9)), dtype="float32")
    expected = contexts.numpy()[..., 6:]
    newest = newest_frames(contexts)
    np.testing.assert_array_equal(newest, expected)
    contexts.assign(contexts + 1.0)
    np.testing.assert_array_equal(newest_frames(contexts), expected + np.float32(1.0))
