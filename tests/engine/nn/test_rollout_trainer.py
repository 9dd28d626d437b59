"""A small network is trained on a few batches, with each option of the trainer."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
import numpy as np
import numpy.typing as npt
import pytest
from keras import ops

from artengine.model import Model, Tensor
from artengine.nn.determinism import make_deterministic
from artengine.nn.distribution import DistributionStrategy
from artengine.nn.disturbance import Disturbance
from artengine.nn.losses import weighted
from artengine.nn.losses.adversarial import build_discriminator
from artengine.nn.optimisers import build_optimiser, learning_rate, set_learning_rate
from artengine.nn.predictor import Predictor
from artengine.nn.rollout_trainer import RolloutTrainer

Array = npt.NDArray[np.float32]


class Plain(Model):
    """Two convolutions."""

    name: ClassVar[str] = "plain"

    def build(self) -> keras.Model:
        context_frames = keras.Input((None, None, 3 * self.context))
        x = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(context_frames)
        return keras.Model(context_frames, keras.layers.Conv2D(3, 3, padding="same")(x))


class Spare(Plain):
    """Has an activity regularizer, which adds a loss at every step."""

    name: ClassVar[str] = "spare"

    def build(self) -> keras.Model:
        network = super().build()
        spare = keras.layers.ActivityRegularization(l1=1.0)
        return keras.Model(network.inputs[0], spare(network.outputs[0]))


class Black(Plain):
    """Has a loss that is 0 for black predictions, whatever the truth."""

    name: ClassVar[str] = "black"

    def loss(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Tensor:
        return ops.mean(ops.square(network(context_frames, training=True)))


class Shown(Plain):
    """Has its input as its loss."""

    name: ClassVar[str] = "shown"

    def loss(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Tensor:
        return context_frames


def batch(size: int = 4) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    context_frames = rng.random((size, 16, 16, 6), dtype=np.float32)
    return context_frames, rng.random((size, 2, 16, 16, 3), dtype=np.float32)


def trainer(
    model: Model | None = None,
    *,
    adversarial: float = 0.0,
    optimiser: str = "adam",
    accumulate: int = 1,
) -> RolloutTrainer:
    make_deterministic(0)
    model = model or Plain(context=2)
    network = model.build()
    discriminator = build_discriminator() if adversarial else None
    result = RolloutTrainer(
        model,
        network,
        loss=None if isinstance(model, Black) else weighted({"l1": 1.0}),
        discriminator=discriminator,
        adversarial_weight=adversarial,
        rollout=2,
    )
    result.compile(
        optimizer=build_optimiser(optimiser, network, discriminator, accumulate=accumulate),
        jit_compile=False,
    )
    return result


def dream_frames(learning: RolloutTrainer, context_frames: Array, frames: int = 2) -> Array:
    """Return a dream's predictions from each row of the context, float32 `(B, frames, H, W, 3)`."""
    predictions = []
    for row in context_frames:
        context = list(np.split(row, row.shape[-1] // 3, axis=-1))
        predict = Predictor(Plain(context=len(context)), learning.network)
        for _ in range(frames):
            context = [*context[1:], predict(context)]
        predictions.append(context[-frames:])
    return np.asarray(predictions)


def weight_vector(model: keras.Model) -> Array:
    """Return all trainable weights as one vector."""
    return np.concatenate([np.ravel(v.numpy()) for v in model.trainable_variables])


def weight_change(
    learner: RolloutTrainer,
    steps: list[tuple[Array, Array]],
    strategy: DistributionStrategy | None = None,
) -> Array:
    """Train on batches and return the change of the weights."""
    before = weight_vector(learner.network)
    for context_frames, truth in steps:
        (strategy or DistributionStrategy()).train_on_batch(learner, context_frames, truth)
    return weight_vector(learner.network) - before


def test_the_discriminator_is_trained_with_the_network() -> None:
    alone, beside = trainer(), trainer(adversarial=1e-9)
    first = weight_vector(beside.discriminator)
    losses = [float(each.train_on_batch(*batch())) for each in (alone, beside)]
    # Its own loss, about 0.5, is not part of the returned loss.
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert np.abs(weight_vector(beside.discriminator) - first).max() > 1e-4
    np.testing.assert_allclose(
        weight_vector(beside.network), weight_vector(alone.network), atol=1e-5
    )


def test_the_adversarial_loss_trains_the_network() -> None:
    alone, against = trainer(optimiser="sgd"), trainer(optimiser="sgd", adversarial=1.0)
    losses = [float(each.train_on_batch(*batch())) for each in (alone, against)]
    assert losses[1] > losses[0] + 0.05
    assert np.abs(weight_vector(against.network) - weight_vector(alone.network)).max() > 1e-6


def test_the_adversarial_loss_is_added_to_a_model_s_own_loss() -> None:
    losses = []
    for adversarial in (0.0, 1.0):
        learner = trainer(Black(context=2), adversarial=adversarial)
        losses.append(float(learner.train_on_batch(*batch())))
    assert losses[1] > losses[0] + 0.05


def test_the_discriminator_has_its_own_learning_rate() -> None:
    optimiser = trainer(optimiser="sgd", adversarial=1.0).optimizer
    set_learning_rate(optimiser, 0.25, 0.5)
    assert learning_rate(optimiser) == 0.125
    rates = [float(each.learning_rate) for each in optimiser.optimizers]
    assert rates == pytest.approx([0.125, 0.0005])


@pytest.mark.parametrize("adversarial", [0.0, 0.1])
def test_accumulated_batches_train_like_one_batch(adversarial: float) -> None:
    context_frames, truth = batch()
    halves = [(context_frames[:2], truth[:2]), (context_frames[2:], truth[2:])]
    options: dict[str, Any] = {"adversarial": adversarial, "optimiser": "sgd"}
    whole = weight_change(trainer(**options), [(context_frames, truth)])
    assert np.abs(whole).max() > 1e-5
    learner = trainer(**options, accumulate=2)
    two = weight_change(learner, halves)
    np.testing.assert_allclose(two, whole, atol=1e-3 * np.abs(whole).max())
    assert not weight_change(learner, halves[:1]).any()


def test_xla_compiles_the_step() -> None:
    """The result is the same except for rounding, which proves that XLA computed it."""
    steps = [batch()] * 3
    without = weight_change(trainer(optimiser="sgd", adversarial=0.1), steps)
    by_xla = weight_change(
        trainer(optimiser="sgd", adversarial=0.1), steps, DistributionStrategy(xla=True)
    )
    np.testing.assert_allclose(by_xla, without, atol=1e-2 * np.abs(without).max())
    assert not np.array_equal(by_xla, without)


def test_losses_of_layers_count_at_every_step() -> None:
    """They are averaged over the steps, like the loss of the rollout."""
    model = Spare(context=2)
    learning = trainer(model)
    context_frames, truth = batch()
    predicted = dream_frames(learning, context_frames)
    by_steps = np.abs(predicted).sum(axis=(2, 3, 4)).mean()
    result = float(learning.compute_loss(context_frames, truth, context_frames))
    assert result == pytest.approx(by_steps + float(np.abs(truth - predicted).mean()), rel=1e-4)


def test_each_window_has_its_own_noise() -> None:
    make_deterministic(0)
    model = Shown(context=2)
    learner = RolloutTrainer(model, model.build(), disturbance=Disturbance(0.2))
    context_frames, truth = np.full((64, 16, 16, 6), 0.5, np.float32), batch(64)[1]
    noise = np.asarray(learner.compute_loss(context_frames, truth, context_frames)) - context_frames
    np.testing.assert_allclose(noise.mean(axis=(1, 2, 3)), 0.0, atol=0.03)
    deviations = noise.std(axis=(1, 2, 3))
    # The strengths are uniform from 0 to the maximum.
    assert deviations.max() < 0.21
    np.testing.assert_allclose(
        np.quantile(deviations, [0.25, 0.5, 0.75]), [0.05, 0.1, 0.15], atol=0.03
    )
    again = np.asarray(learner.compute_loss(context_frames, truth, context_frames)) - context_frames
    assert np.abs(again - noise).mean() > 0.05
