"""A small network learns a few batches, in all the ways it can be asked to."""

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
    """Would rather predict nothing, at every step."""

    name: ClassVar[str] = "spare"

    def build(self) -> keras.Model:
        network = super().build()
        spare = keras.layers.ActivityRegularization(l1=1.0)
        return keras.Model(network.inputs[0], spare(network.outputs[0]))


class Black(Plain):
    """Wants its predictions to be black, whatever the truth is."""

    name: ClassVar[str] = "black"

    def loss(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Tensor:
        return ops.mean(ops.square(network(context_frames, training=True)))


class Shown(Plain):
    """Loses what it is shown."""

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
    made = RolloutTrainer(
        model,
        network,
        loss=None if isinstance(model, Black) else weighted({"l1": 1.0}),
        discriminator=discriminator,
        adversarial_weight=adversarial,
        rollout=2,
    )
    made.compile(
        optimizer=build_optimiser(optimiser, network, discriminator, accumulate=accumulate),
        jit_compile=False,
    )
    return made


def dreamt(learning: RolloutTrainer, context_frames: Array, frames: int = 2) -> Array:
    """What a dream predicts from each row of the context, float32 `(B, frames, H, W, 3)`."""
    predictions = []
    for row in context_frames:
        context = list(np.split(row, row.shape[-1] // 3, axis=-1))
        predict = Predictor(Plain(context=len(context)), learning.network)
        for _ in range(frames):
            context = [*context[1:], predict(context)]
        predictions.append(context[-frames:])
    return np.asarray(predictions)


def values(model: keras.Model) -> Array:
    """All trainable numbers as one vector."""
    return np.concatenate([np.ravel(v.numpy()) for v in model.trainable_variables])


def moved(
    made: RolloutTrainer,
    steps: list[tuple[Array, Array]],
    strategy: DistributionStrategy | None = None,
) -> Array:
    """How far the network goes while it learns."""
    before = values(made.network)
    for context_frames, truth in steps:
        (strategy or DistributionStrategy()).train_on_batch(made, context_frames, truth)
    return values(made.network) - before


def test_the_discriminator_learns_beside_the_network() -> None:
    alone, beside = trainer(), trainer(adversarial=1e-9)
    first = values(beside.discriminator)
    told = [float(each.train_on_batch(*batch())) for each in (alone, beside)]
    # Its own loss, about a half, is no part of what is told.
    assert told[0] == pytest.approx(told[1], rel=1e-5)
    assert np.abs(values(beside.discriminator) - first).max() > 1e-4
    np.testing.assert_allclose(values(beside.network), values(alone.network), atol=1e-5)


def test_the_network_learns_from_being_found_out() -> None:
    alone, against = trainer(optimiser="sgd"), trainer(optimiser="sgd", adversarial=1.0)
    told = [float(each.train_on_batch(*batch())) for each in (alone, against)]
    assert told[1] > told[0] + 0.05
    assert np.abs(values(against.network) - values(alone.network)).max() > 1e-6


def test_a_model_s_own_loss_takes_the_adversarial_one_beside_it() -> None:
    told = []
    for adversarial in (0.0, 1.0):
        made = trainer(Black(context=2), adversarial=adversarial)
        told.append(float(made.train_on_batch(*batch())))
    assert told[1] > told[0] + 0.05


def test_the_discriminator_has_a_step_size_of_its_own() -> None:
    optimiser = trainer(optimiser="sgd", adversarial=1.0).optimizer
    set_learning_rate(optimiser, 0.25, 0.5)
    assert learning_rate(optimiser) == 0.125
    rates = [float(each.learning_rate) for each in optimiser.optimizers]
    assert rates == pytest.approx([0.125, 0.0005])


@pytest.mark.parametrize("adversarial", [0.0, 0.1])
def test_what_is_accumulated_is_learnt_as_one_batch(adversarial: float) -> None:
    context_frames, truth = batch()
    halves = [(context_frames[:2], truth[:2]), (context_frames[2:], truth[2:])]
    options: dict[str, Any] = {"adversarial": adversarial, "optimiser": "sgd"}
    whole = moved(trainer(**options), [(context_frames, truth)])
    assert np.abs(whole).max() > 1e-5
    made = trainer(**options, accumulate=2)
    two = moved(made, halves)
    np.testing.assert_allclose(two, whole, atol=1e-3 * np.abs(whole).max())
    assert not moved(made, halves[:1]).any()


def test_xla_compiles_the_step() -> None:
    """What it does is the same, but for its rounding, which shows that it was done by XLA."""
    steps = [batch()] * 3
    without = moved(trainer(optimiser="sgd", adversarial=0.1), steps)
    by_xla = moved(trainer(optimiser="sgd", adversarial=0.1), steps, DistributionStrategy(xla=True))
    np.testing.assert_allclose(by_xla, without, atol=1e-2 * np.abs(without).max())
    assert not np.array_equal(by_xla, without)


def test_what_layers_lose_by_themselves_counts_at_every_step() -> None:
    """As the mean of the steps, as the loss of the rollout is."""
    model = Spare(context=2)
    learning = trainer(model)
    context_frames, truth = batch()
    predicted = dreamt(learning, context_frames)
    by_steps = np.abs(predicted).sum(axis=(2, 3, 4)).mean()
    found = float(learning.compute_loss(context_frames, truth, context_frames))
    assert found == pytest.approx(by_steps + float(np.abs(truth - predicted).mean()), rel=1e-4)


def test_each_window_has_noise_of_its_own() -> None:
    make_deterministic(0)
    model = Shown(context=2)
    made = RolloutTrainer(model, model.build(), disturbance=Disturbance(0.2))
    context_frames, truth = np.full((64, 16, 16, 6), 0.5, np.float32), batch(64)[1]
    noise = np.asarray(made.compute_loss(context_frames, truth, context_frames)) - context_frames
    np.testing.assert_allclose(noise.mean(axis=(1, 2, 3)), 0.0, atol=0.03)
    deviations = noise.std(axis=(1, 2, 3))
    # Evenly spread from nothing to the largest.
    assert deviations.max() < 0.21
    np.testing.assert_allclose(
        np.quantile(deviations, [0.25, 0.5, 0.75]), [0.05, 0.1, 0.15], atol=0.03
    )
    again = np.asarray(made.compute_loss(context_frames, truth, context_frames)) - context_frames
    assert np.abs(again - noise).mean() > 0.05
