"""Shared picture arithmetic: noise, blur, colour."""

from __future__ import annotations

import numpy as np
import pytest

from artengine_plugins.imaging.colour import parse_colours
from artengine_plugins.imaging.copy_where import copy_where
from artengine_plugins.imaging.flow_noise import FlowNoise
from artengine_plugins.imaging.gaussian import gaussian
from artengine_plugins.imaging.oklab import from_oklab, to_oklab
from artengine_plugins.imaging.palettes import PALETTES
from artengine_plugins.imaging.random_bytes import random_bytes


def test_gaussian_draws_are_normally_distributed() -> None:
    drawn = gaussian(np.random.default_rng(1), (300, 300, 3)).astype(np.float64).ravel()
    assert drawn.mean() == pytest.approx(0.0, abs=0.01)
    assert drawn.std() == pytest.approx(1.0, abs=0.01)
    assert (drawn**4).mean() == pytest.approx(3.0, abs=0.12), "tails as heavy as they should be"
    within = [(np.abs(drawn) < reach).mean() for reach in (1.0, 2.0, 3.0)]
    assert within == pytest.approx([0.6827, 0.9545, 0.9973], abs=0.006)
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.01


def test_random_bytes_are_uniformly_distributed() -> None:
    drawn = random_bytes(np.random.default_rng(1), (101, 1001))
    assert drawn.shape == (101, 1001)
    counts = np.bincount(drawn.ravel(), minlength=256)
    assert len(counts) == 256
    assert counts.min() > 300
    assert counts.max() < 500


def test_flow_noise_fills_its_range_and_is_smooth() -> None:
    field = FlowNoise(np.random.default_rng(1)).field((400, 300), 40.0, 0.0, octaves=3)
    assert field.shape == (300, 400)
    assert abs(field.mean()) < 0.1
    assert 0.5 < np.abs(field).max() <= 1.0
    assert np.abs(np.diff(field, axis=1)).max() < 0.25


def test_flow_noise_moves_smoothly_and_keeps_changing() -> None:
    noise = FlowNoise(np.random.default_rng(1))
    now = noise.field((64, 64), 16.0, 0.0)
    soon = noise.field((64, 64), 16.0, 0.01)
    later = noise.field((64, 64), 16.0, 1.0)
    assert 0.0 < np.abs(soon - now).mean() < 0.1 * now.std()
    assert np.abs(later - now).mean() > 0.3 * now.std()


def test_flow_noise_does_not_depend_on_the_grid_it_is_computed_on() -> None:
    noise = FlowNoise(np.random.default_rng(1))
    coarse = noise.field((240, 240), 60.0, 0.3)
    exact = noise.field((30, 30), 7.5 / 2, 0.3)
    fine = noise.field((30, 30), 7.5, 0.3)
    sampled = coarse.reshape(30, 8, 30, 8).mean(axis=(1, 3))
    assert np.abs(sampled - fine).mean() < 0.06 * fine.std()
    assert np.abs(sampled - exact).mean() > 0.5 * fine.std(), "another cell, another pattern"


def test_flow_noise_leaves_out_octaves_finer_than_pixels() -> None:
    noise = FlowNoise(np.random.default_rng(1))
    drawn = {n: noise.field((64, 64), 4.0, 0.3, octaves=n) for n in (1, 2, 3)}
    assert np.abs(drawn[1] - drawn[2]).mean() > 0.01
    np.testing.assert_array_equal(drawn[2], drawn[3])
    assert noise.field((8, 8), 0.1, 0.0, octaves=3).shape == (8, 8)


def test_oklab_round_trip() -> None:
    colours = np.random.default_rng(1).random((200, 3))
    np.testing.assert_allclose(from_oklab(to_oklab(colours)), colours, atol=1e-6)
    white, black = to_oklab([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(white, [1.0, 0.0, 0.0], atol=1e-4)
    np.testing.assert_allclose(black, 0.0, atol=1e-6)


@pytest.mark.parametrize("name", sorted(PALETTES))
def test_palettes_go_from_dark_to_light(name: str) -> None:
    colours = {str(key): value for key, value in PALETTES.items()}[name]
    lightness = to_oklab(parse_colours(colours))[:, 0]
    assert lightness[0] < 0.2
    assert lightness[-1] > 0.85
    falls = np.diff(lightness) < 0.0
    assert falls.sum() == (1 if name == "petrol" else 0)


def test_pixels_are_copied_where_a_mask_plane_or_row_is_true() -> None:
    rng = np.random.default_rng(1)
    frame, large = rng.random((2, 30, 40, 3), np.float32)
    for mask in (rng.random((20, 40)) < 0.5, rng.random((1, 40)) < 0.5):
        target = large[5:25].copy()
        copy_where(mask, frame[5:25], target)
        assert (target == np.where(mask[..., None], frame[5:25], large[5:25])).all()
