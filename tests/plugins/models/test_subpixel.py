"""Layers that enlarge leave even areas even, whatever they learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from artengine.nn.determinism import make_deterministic
from artengine_plugins.models.deep import Deep
from artengine_plugins.models.depth_to_space import depth_to_space, space_to_depth
from artengine_plugins.models.hourglass import Hourglass
from artengine_plugins.models.recall import Recall
from artengine_plugins.models.subpixel import (
    PERIOD,
    RASTER_REACH,
    subpixel,
    transposed,
    within,
    without_raster,
)
from artengine_plugins.models.swift import Swift

ENLARGE: dict[str, Callable[[Any], Any]] = {
    "subpixel 4": lambda x: subpixel(x, 3, 4, bias=0.2),
    "subpixel 2": lambda x: subpixel(x, 3, 2, kernel=1),
    "transposed 5": lambda x: transposed(x, 3, 2, kernel=5),
    "transposed 7": lambda x: transposed(x, 3, 2, kernel=7),
}


@pytest.mark.parametrize("name", ENLARGE)
def test_an_even_area_stays_even(name: str) -> None:
    make_deterministic(0)
    given = keras.Input((16, 16, 5))
    network = keras.Model(given, ENLARGE[name](given))
    even = np.ones((1, 16, 16, 5), np.float32) * np.linspace(0.2, 1.0, 5, dtype=np.float32)

    def spread() -> float:
        """Within the area that no padding reaches."""
        made = np.asarray(network(even))[0]
        edge = len(made) // 4
        return float(np.ptp(made[edge:-edge, edge:-edge], axis=(0, 1)).max())

    assert spread() < 1e-5
    before = np.asarray(network(even))
    rng = np.random.default_rng(0)
    network.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse", run_eagerly=True)
    for _ in range(3):
        network.train_on_batch(rng.random((2, 16, 16, 5)), rng.random((2, *before.shape[1:])))
    assert np.abs(np.asarray(network(even)) - before).max() > 0.01
    assert spread() < 1e-5


@pytest.mark.parametrize("model", [Swift(width=8), Recall(width=8), Deep(width=8), Hourglass()])
def test_networks_hold_their_last_kernels_to_it(model: Any) -> None:
    network = model.build()
    held = [
        layer.name
        for layer in network.layers
        if getattr(layer, "kernel_constraint", None) is not None
    ]
    enlarging = [
        layer.name
        for layer in network.layers
        if isinstance(layer, keras.layers.Conv2DTranspose) or layer.name in {"pixels", "imagined"}
    ]
    assert enlarging
    assert set(enlarging) <= set(held)


def cleaned(picture: Any, by: int) -> Any:
    """A picture `(H, W, 3)` without its raster."""
    places = space_to_depth(picture[None].astype(np.float32), by)
    return np.asarray(depth_to_space(without_raster(places, by), by))[0]


@pytest.mark.parametrize("by", [2, 4])
@pytest.mark.parametrize("period", [2, 4, 8])
def test_what_repeats_is_taken_away(by: int, period: int) -> None:
    pattern = np.random.default_rng(0).normal(size=(period, period, 3))
    left = cleaned(np.tile(pattern, (96 // period, 128 // period, 1)), by)
    assert np.ptp(left, axis=(0, 1)).max() < 1e-3
    np.testing.assert_allclose(left.mean((0, 1)), pattern.mean((0, 1)), atol=1e-4)


@pytest.mark.parametrize("by", [2, 4])
def test_slopes_and_texture_stay(by: int) -> None:
    slope = np.zeros((160, 192, 3)) + np.arange(192)[:, None] / 192
    edge = (RASTER_REACH + 1) * PERIOD
    inner = (slice(edge, -edge), slice(edge, -edge))
    np.testing.assert_allclose(cleaned(slope, by)[inner], slope[inner], atol=1e-5)
    texture = np.random.default_rng(0).normal(size=(160, 192, 3))
    assert cleaned(texture, by).std() > 0.9 * texture.std()


def test_it_looks_no_farther_than_it_says() -> None:
    point = np.zeros((192, 192, 3))
    point[100, 100] = 1.0
    rows, columns, _ = np.nonzero(np.abs(cleaned(point, 4)) > 1e-6)
    # The point is in the square from 96 to 104.
    for at in (rows, columns):
        assert 96 - RASTER_REACH * PERIOD <= at.min() < 96
        assert 104 < at.max() < 104 + RASTER_REACH * PERIOD


def spread_inside(network: Any, given: Any) -> float:
    """The most that a channel of a prediction differs from pixel to pixel, far from the border."""
    made = np.asarray(network(given))[0]
    edge = 3 * len(made) // 8
    return float(np.ptp(made[edge:-edge, edge:-edge], axis=(0, 1)).max())


@pytest.mark.parametrize("activation", ["sigmoid", None])
def test_no_clip_and_no_activation_brings_a_pattern_back(activation: str | None) -> None:
    keras.utils.set_random_seed(0)
    given, below = keras.Input((64, 64, 5)), keras.Input((64, 64, 3))
    onto = None if activation else (below, 4)
    # Kernels that overshoot by far: half of what they answer is outside of 0..1.
    strong = keras.initializers.RandomNormal(stddev=1.0, seed=0)
    tiles = np.random.default_rng(0).random((1, 2, 2, 5))
    shown = [np.tile(tiles, (1, 32, 32, 1)), np.full((1, 64, 64, 3), 0.5)]
    left = {}
    for deraster in (False, True):
        made = subpixel(
            given, 3, 4, start=strong, activation=activation, deraster=deraster, onto=onto
        )
        left[deraster] = spread_inside(keras.Model([given, below], within(made)), shown)
    assert left[False] > 0.5
    assert left[True] < 1e-3


def test_hourglass_paints_no_pattern_either() -> None:
    keras.utils.set_random_seed(0)
    plain, cleaned = (Hourglass(deraster=deraster).build() for deraster in (False, True))
    cleaned.set_weights([4.0 * weights for weights in plain.get_weights()])
    plain.set_weights(cleaned.get_weights())
    tile = np.random.default_rng(0).random((1, 8, 8, plain.input_shape[-1]))
    given = np.tile(tile, (1, 32, 32, 1))
    assert spread_inside(plain, given) > 0.05
    assert spread_inside(cleaned, given) < 1e-3


def test_colours_are_clipped_and_the_gradient_passes() -> None:
    variable = keras.Variable(np.array([-1.0, 0.5, 2.0], np.float32))
    np.testing.assert_array_equal(np.asarray(within(variable.value)), [0.0, 0.5, 1.0])
    given = keras.Input((1,))
    made = within(keras.layers.Dense(1, kernel_initializer="ones")(given))
    network = keras.Model(given, made)
    network.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", run_eagerly=True)
    network.train_on_batch(np.array([[3.0]]), np.array([[0.0]]))
    assert float(np.asarray(network.get_weights()[0])[0, 0]) < 1.0
