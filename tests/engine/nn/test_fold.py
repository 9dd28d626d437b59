"""Batch normalisation folded into convolutions: the same network with fewer layers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from artengine.nn.fold import folded
from artengine_plugins.models.hourglass import Hourglass


def with_statistics(network: keras.Model) -> keras.Model:
    """Assign statistics as after a training, with some scales negative and one zero."""
    rng = np.random.default_rng(0)
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            count = layer.moving_mean.shape[0]
            gamma = rng.uniform(-1, 2, count)
            gamma[0] = 0.0
            layer.gamma.assign(gamma)
            layer.beta.assign(rng.normal(size=count))
            layer.moving_mean.assign(rng.normal(size=count))
            layer.moving_variance.assign(rng.uniform(0.1, 2, count))
    return network


def norms(network: keras.Model) -> int:
    return sum(isinstance(layer, layers.BatchNormalization) for layer in network.layers)


def assert_same(network: keras.Model, other: keras.Model, channels: int = 3) -> None:
    x = np.random.default_rng(1).normal(size=(1, 16, 16, channels)).astype(np.float32)
    first, second = np.asarray(network(x)), np.asarray(other(x))
    # Equal up to rounding, at the border too.
    np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-5 * float(np.abs(first).max()))


BEFORE: dict[str, Any] = {
    "plain": lambda x: layers.Conv2D(6, 3, padding="same")(x),
    "relu": lambda x: layers.Conv2D(6, 3, padding="same", activation="relu")(x),
    "no bias": lambda x: layers.Conv2D(6, 3, padding="same", use_bias=False)(x),
    "relu layer": lambda x: layers.ReLU()(layers.Conv2D(6, 3, strides=2)(x)),
    "activation layer": lambda x: layers.Activation("relu")(layers.Conv2D(6, 3)(x)),
    "transposed": lambda x: layers.Conv2DTranspose(6, 5, strides=2, padding="same")(x),
    "transposed relu": lambda x: layers.Conv2DTranspose(6, 5, strides=2, activation="relu")(x),
}


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_folding_keeps_the_outputs(before: Any) -> None:
    keras.utils.set_random_seed(0)
    context_frames = keras.Input((None, None, 3))
    x = layers.BatchNormalization()(before(context_frames))
    network = with_statistics(keras.Model(context_frames, layers.Conv2D(2, 5, padding="same")(x)))
    fewer = folded(network)
    assert norms(network) == 1
    assert norms(fewer) == 0
    assert_same(network, fewer)


def shared(x: Any) -> Any:
    convolution, norm = layers.Conv2D(3, 3, padding="same"), layers.BatchNormalization()
    return norm(convolution(convolution(x)))


def seen_twice(x: Any) -> Any:
    x = layers.Conv2D(3, 3, padding="same")(x)
    return layers.Add()([x, layers.BatchNormalization()(x)])


def shown(x: Any) -> list[Any]:
    x = layers.Conv2D(3, 3, padding="same")(x)
    return [x, layers.BatchNormalization()(x)]


KEPT: dict[str, Any] = {
    "bent": lambda x: layers.BatchNormalization()(layers.Conv2D(3, 3, activation="tanh")(x)),
    "capped": lambda x: layers.BatchNormalization()(layers.ReLU(6.0)(layers.Conv2D(3, 3)(x))),
    "pooled": lambda x: layers.BatchNormalization()(layers.MaxPooling2D()(layers.Conv2D(3, 3)(x))),
    "first": lambda x: layers.Conv2D(3, 3)(layers.BatchNormalization()(x)),
    "other axis": lambda x: layers.BatchNormalization(axis=1)(layers.Conv2D(16, 1)(x)),
    "shared": shared,
    "seen twice": seen_twice,
    "shown": shown,
}


@pytest.mark.parametrize("build", KEPT.values(), ids=KEPT)
def test_normalisation_that_cannot_be_folded_is_kept(build: Any) -> None:
    context_frames = keras.Input((16, 12, 3))
    network = keras.Model(context_frames, build(context_frames))
    assert folded(network) is network


def test_a_subclassed_network_is_kept() -> None:
    class Own(keras.Model):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x

    network = Own()
    assert folded(network) is network


def test_hourglass_keeps_its_normalisation_after_pooling() -> None:
    keras.utils.set_random_seed(0)
    network = with_statistics(Hourglass().build())
    before = [w.copy() for w in network.get_weights()]
    fewer = folded(network)
    assert (norms(network), norms(fewer)) == (16, 2)
    assert_same(network, fewer, channels=15)
    for one, other in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
