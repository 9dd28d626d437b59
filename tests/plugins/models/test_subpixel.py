"""Upsampling layers keep uniform areas uniform whatever they learn, and rasters are removed."""

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

UPSAMPLERS: dict[str, Callable[[Any], Any]] = {
    "subpixel 4": lambda x: subpixel(x, 3, 4, bias=0.2),
    "subpixel 2": lambda x: subpixel(x, 3, 2, kernel=1),
    "transposed 5": lambda x: transposed(x, 3, 2, kernel=5),
    "transposed 7": lambda x: transposed(x, 3, 2, kernel=7),
}


@pytest.mark.parametrize("name", UPSAMPLERS)
def test_a_uniform_area_stays_uniform(name: str) -> None:
    make_deterministic(0)
    inputs = keras.Input((16, 16, 5))
    network = keras.Model(inputs, UPSAMPLERS[name](inputs))
    uniform = np.ones((1, 16, 16, 5), np.float32) * np.linspace(0.2, 1.0, 5, dtype=np.float32)

    def spread() -> float:
        """The greatest range of a channel in the area that no padding reaches."""
        output = np.asarray(network(uniform))[0]
        edge = len(output) // 4
        return float(np.ptp(output[edge:-edge, edge:-edge], axis=(0, 1)).max())

    assert spread() < 1e-5
    before = np.asarray(network(uniform))
    rng = np.random.default_rng(0)
    network.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse", run_eagerly=True)
    for _ in range(3):
        network.train_on_batch(rng.random((2, 16, 16, 5)), rng.random((2, *before.shape[1:])))
    assert np.abs(np.asarray(network(uniform)) - before).max() > 0.01
    assert spread() < 1e-5


@pytest.mark.parametrize("model", [Swift(width=8), Recall(width=8), Deep(width=8), Hourglass()])
def test_networks_constrain_their_last_upsampling_kernels(model: Any) -> None:
    network = model.build()
    constrained = [
        layer.name
        for layer in network.layers
        if getattr(layer, "kernel_constraint", None) is not None
    ]
    upsampling = [
        layer.name
        for layer in network.layers
        if isinstance(layer, keras.layers.Conv2DTranspose) or layer.name in {"pixels", "imagined"}
    ]
    assert upsampling
    assert set(upsampling) <= set(constrained)


def derastered(picture: Any, by: int) -> Any:
    """Remove the raster from a picture `(H, W, 3)`."""
    channels = space_to_depth(picture[None].astype(np.float32), by)
    return np.asarray(depth_to_space(without_raster(channels, by), by))[0]


@pytest.mark.parametrize("by", [2, 4])
@pytest.mark.parametrize("period", [2, 4, 8])
def test_periodic_patterns_are_removed(by: int, period: int) -> None:
    pattern = np.random.default_rng(0).normal(size=(period, period, 3))
    result = derastered(np.tile(pattern, (96 // period, 128 // period, 1)), by)
    assert np.ptp(result, axis=(0, 1)).max() < 1e-3
    np.testing.assert_allclose(result.mean((0, 1)), pattern.mean((0, 1)), atol=1e-4)


@pytest.mark.parametrize("by", [2, 4])
def test_ramps_and_texture_are_kept(by: int) -> None:
    ramp = np.zeros((160, 192, 3)) + np.arange(192)[:, None] / 192
    edge = (RASTER_REACH + 1) * PERIOD
    inner = (slice(edge, -edge), slice(edge, -edge))
    np.testing.assert_allclose(derastered(ramp, by)[inner], ramp[inner], atol=1e-5)
    texture = np.random.default_rng(0).normal(size=(160, 192, 3))
    assert derastered(texture, by).std() > 0.9 * texture.std()


def test_raster_removal_reaches_no_farther_than_declared() -> None:
    point = np.zeros((192, 192, 3))
    point[100, 100] = 1.0
    rows, columns, _ = np.nonzero(np.abs(derastered(point, 4)) > 1e-6)
    # The point is in the block of pixels 96 to 104.
    for at in (rows, columns):
        assert 96 - RASTER_REACH * PERIOD <= at.min() < 96
        assert 104 < at.max() < 104 + RASTER_REACH * PERIOD


def spread_inside(network: Any, inputs: Any) -> float:
    """The greatest range of a channel of a prediction, far from the border."""
    output = np.asarray(network(inputs))[0]
    edge = 3 * len(output) // 8
    return float(np.ptp(output[edge:-edge, edge:-edge], axis=(0, 1)).max())


@pytest.mark.parametrize("activation", ["sigmoid", None])
def test_clipping_and_activations_do_not_restore_a_pattern(activation: str | None) -> None:
    keras.utils.set_random_seed(0)
    inputs, below = keras.Input((64, 64, 5)), keras.Input((64, 64, 3))
    onto = None if activation else (below, 4)
    # Kernels that overshoot by far: half of their outputs are outside 0..1.
    strong = keras.initializers.RandomNormal(stddev=1.0, seed=0)
    tiles = np.random.default_rng(0).random((1, 2, 2, 5))
    values = [np.tile(tiles, (1, 32, 32, 1)), np.full((1, 64, 64, 3), 0.5)]
    spreads = {}
    for deraster in (False, True):
        output = subpixel(
            inputs, 3, 4, start=strong, activation=activation, deraster=deraster, onto=onto
        )
        spreads[deraster] = spread_inside(keras.Model([inputs, below], within(output)), values)
    assert spreads[False] > 0.5
    assert spreads[True] < 1e-3


def test_hourglass_predicts_no_pattern() -> None:
    keras.utils.set_random_seed(0)
    plain, clean = (Hourglass(deraster=deraster).build() for deraster in (False, True))
    clean.set_weights([4.0 * weights for weights in plain.get_weights()])
    plain.set_weights(clean.get_weights())
    tile = np.random.default_rng(0).random((1, 8, 8, plain.input_shape[-1]))
    frames = np.tile(tile, (1, 32, 32, 1))
    assert spread_inside(plain, frames) > 0.05
    assert spread_inside(clean, frames) < 1e-3


def test_colours_are_clipped_and_the_gradient_passes_through() -> None:
    variable = keras.Variable(np.array([-1.0, 0.5, 2.0], np.float32))
    np.testing.assert_array_equal(np.asarray(within(variable.value)), [0.0, 0.5, 1.0])
    inputs = keras.Input((1,))
    output = within(keras.layers.Dense(1, kernel_initializer="ones")(inputs))
    network = keras.Model(inputs, output)
    network.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", run_eagerly=True)
    network.train_on_batch(np.array([[3.0]]), np.array([[0.0]]))
    assert float(np.asarray(network.get_weights()[0])[0, 0]) < 1.0
