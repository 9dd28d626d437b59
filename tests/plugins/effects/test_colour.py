"""Effects on colour and light: their arithmetic and their invariants."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from artengine.api import Effect, Frame, FrameContext
from artengine.params import check
from artengine_plugins.effects.clip import Clip
from artengine_plugins.effects.gradient_map import GradientMap
from artengine_plugins.effects.hue import Hue
from artengine_plugins.effects.levels import Levels
from artengine_plugins.effects.match import Match
from artengine_plugins.effects.posterise import Posterise
from artengine_plugins.effects.quantise import Quantise
from artengine_plugins.effects.saturation import Saturation
from artengine_plugins.effects.solarise import Solarise
from artengine_plugins.imaging.colour import parse_colours
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.palettes import PALETTES

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]


@pytest.fixture
def ramp() -> Frame:
    """Greys from -1 to 2 across."""
    greys = np.linspace(-1.0, 2.0, 301, dtype=np.float32)
    return np.ascontiguousarray(np.broadcast_to(greys[None, :, None], (2, 301, 3)))


def test_hue_keeps_luma_and_accumulates(random: Random, at: At) -> None:
    frame = random(16, 16, -0.5, 1.5)
    rotated = frame
    for index in range(12):
        rotated = Hue(degrees=30.0).apply(rotated, at(index, frame))
        np.testing.assert_allclose(luma(rotated), luma(frame), atol=1e-5)
    np.testing.assert_allclose(rotated, frame, atol=1e-4)


def test_hue_turns_red_to_yellow_to_green(at: At) -> None:
    red = np.zeros((1, 1, 3), np.float32)
    red[..., 0] = 1.0
    yellow = Hue(degrees=60.0).apply(red, at(0, red))[0, 0]
    green = Hue(degrees=120.0).apply(red, at(0, red))[0, 0]
    assert yellow[0] == pytest.approx(yellow[1], abs=1e-5)
    assert yellow[0] > yellow[2] + 0.5
    assert green.argmax() == 1


def test_saturation_scales_the_distance_from_grey(random: Random, at: At) -> None:
    frame = random(16, 16)
    grey = Saturation(factor=0.0).apply(frame, at(0, frame))
    np.testing.assert_allclose(grey, np.repeat(luma(frame)[..., None], 3, axis=2), atol=1e-6)
    vivid = Saturation(factor=3.0).apply(frame, at(0, frame))
    np.testing.assert_allclose(vivid - grey, 3.0 * (frame - grey), atol=1e-5)


def test_levels_maps_black_white_gamma_contrast_and_brightness(ramp: Frame, at: At) -> None:
    def value(level: float, effect: Effect) -> float:
        frame = np.full((1, 1, 3), level, np.float32)
        return float(effect.apply(frame, at(0, frame))[0, 0, 0])

    plain = Levels(contrast=1.0)
    np.testing.assert_allclose(plain.apply(ramp, at(0, ramp)), ramp, atol=1e-6)
    assert value(0.2, Levels(black=0.2, white=0.6, contrast=1.0)) == pytest.approx(0.0, abs=1e-6)
    assert value(0.6, Levels(black=0.2, white=0.6, contrast=1.0)) == pytest.approx(1.0, abs=1e-6)
    assert value(0.25, Levels(gamma=2.0, contrast=1.0)) == pytest.approx(0.5, abs=1e-5)
    assert value(-0.25, Levels(gamma=2.0, contrast=1.0)) == pytest.approx(-0.5, abs=1e-5)
    assert value(0.7, Levels(contrast=2.0)) == pytest.approx(0.9, abs=1e-6)
    assert value(0.7, Levels(contrast=2.0, brightness=-0.4)) == pytest.approx(0.5, abs=1e-6)
    curved = Levels(black=0.1, gamma=1.0 + 1e-9, contrast=1.3, brightness=0.1)
    straight = Levels(black=0.1, contrast=1.3, brightness=0.1)
    np.testing.assert_allclose(
        curved.apply(ramp, at(0, ramp)), straight.apply(ramp, at(0, ramp)), atol=1e-4
    )


def test_clip_limits_values_with_a_hard_or_a_soft_knee(ramp: Frame, at: At) -> None:
    np.testing.assert_array_equal(Clip().apply(ramp, at(0, ramp)), np.clip(ramp, 0.0, 1.0))
    narrow = Clip(low=-0.5, high=0.75).apply(ramp, at(0, ramp))
    assert (narrow.min(), narrow.max()) == (-0.5, 0.75)
    soft = Clip(softness=0.5).apply(ramp, at(0, ramp))[0, :, 0]
    assert soft.min() > 0.0
    assert soft.max() < 1.0
    assert (np.diff(soft) > 0.0).all(), "what differed before differs still"
    middle = np.abs(ramp[0, :, 0] - 0.5) < 0.24
    np.testing.assert_allclose(soft[middle], ramp[0, middle, 0], atol=1e-6)
    assert np.abs(np.diff(soft, 2)).max() < 0.001, "no corner"


def test_posterise_leaves_evenly_spaced_levels(ramp: Frame, at: At) -> None:
    inside = np.ascontiguousarray(ramp[:, 100:201])
    steps = np.unique(Posterise(levels=5).apply(inside, at(0, inside)))
    np.testing.assert_allclose(steps, [0.0, 0.25, 0.5, 0.75, 1.0], atol=1e-6)
    assert Posterise(levels=5).apply(ramp, at(0, ramp)).max() == pytest.approx(2.0)


def test_solarise_inverts_values_above_the_threshold(ramp: Frame, at: At) -> None:
    folded = Solarise(threshold=0.6).apply(ramp, at(0, ramp))
    np.testing.assert_allclose(folded, np.where(ramp > 0.6, 1.2 - ramp, ramp), atol=1e-6)


@pytest.mark.parametrize("dither", [0.0, 0.5, 1.0])
def test_quantise_leaves_palette_colours_only(dither: float, random: Random, at: At) -> None:
    frame = random(32, 32, -1.0, 2.0)
    for table in ({"palette": "moss"}, {"colours": ["#ff0000", "00ff7f", "#0000FF"]}):
        effect = check(Quantise, {**table, "dither": dither})
        assert isinstance(effect, Quantise)
        palette = parse_colours(effect.colours or PALETTES[effect.palette])
        shown = effect.apply(frame, at(0, frame)).reshape(-1, 3)
        assert {tuple(colour) for colour in shown} <= {tuple(colour) for colour in palette}


def test_quantise_takes_the_nearest_colour_and_dither_mixes(at: At) -> None:
    effect = Quantise(colours=("#000000", "#ffffff"), dither=0.0)
    red = np.array([[[0.9, 0.8, 0.9], [0.1, 0.0, 0.2]]], np.float32)
    np.testing.assert_array_equal(effect.apply(red, at(0, red))[0, :, 0], [1.0, 0.0])
    grey = np.full((64, 64, 3), 0.45, np.float32)
    assert effect.apply(grey, at(0, grey)).std() == 0.0
    woven = Quantise(colours=("#000000", "#ffffff"), dither=1.0).apply(grey, at(0, grey))
    assert 0.3 < woven.mean() < 0.8


@pytest.mark.parametrize("name", sorted(PALETTES))
def test_gradient_map_maps_black_to_the_first_colour_and_white_to_the_last(
    name: str, ramp: Frame, at: At
) -> None:
    effect = GradientMap.model_validate({"palette": name, "ends": "hold"})
    painted = effect.apply(ramp, at(0, ramp))[0]
    palette = parse_colours(PALETTES[effect.palette])
    np.testing.assert_allclose(painted[0], palette[0], atol=1e-3)
    np.testing.assert_allclose(painted[100], palette[0], atol=1e-3)
    np.testing.assert_allclose(painted[140], palette[2], atol=1e-3)
    np.testing.assert_allclose(painted[300], palette[-1], atol=1e-3)


def test_gradient_map_mirrors_or_repeats_outside_its_range(ramp: Frame, at: At) -> None:
    mirrored = GradientMap(ends="mirror").apply(ramp, at(0, ramp))[0]
    np.testing.assert_allclose(mirrored[:101], mirrored[200:99:-1], atol=1e-4)
    np.testing.assert_allclose(mirrored[200:], mirrored[200:99:-1], atol=1e-4)
    repeated = GradientMap(ends="repeat").apply(ramp, at(0, ramp))[0]
    np.testing.assert_allclose(repeated[50:100], repeated[150:200], atol=1e-3)
    assert np.abs(np.diff(repeated, axis=0)).max() < 0.15, "no seam"


def test_gradient_map_cycles_and_shifts(ramp: Frame, at: At) -> None:
    cycling = GradientMap(ends="repeat", cycle=6.0)
    shown = [cycling.apply(ramp, at(index, ramp)) for index in range(5)]
    shifted = GradientMap(ends="repeat", offset=0.25).apply(ramp, at(0, ramp))
    np.testing.assert_allclose(shown[1], shifted, atol=1e-4)
    np.testing.assert_allclose(shown[4], shown[0], atol=1e-4)
    one = GradientMap(colours=("#336699",)).apply(ramp, at(0, ramp))
    np.testing.assert_allclose(one[0], np.tile([0.2, 0.4, 0.6], (301, 1)), atol=1e-4)


def test_match_restores_brightness_and_contrast(shots: Shots, at: At) -> None:
    truth = shots(96, 64)[0]
    pale = truth[:, ::-1] * np.float32(0.4) + np.array([0.5, 0.6, 0.4], np.float32)
    matched = Match(brightness=1.0, contrast=1.0).apply(pale, at(0, truth))
    np.testing.assert_allclose(matched, truth[:, ::-1], atol=1e-3)
    half = Match(brightness=0.5, contrast=0.0).apply(pale, at(0, truth))
    np.testing.assert_allclose(
        half.mean(axis=(0, 1)), (pale.mean(axis=(0, 1)) + truth.mean(axis=(0, 1))) / 2, atol=1e-4
    )
    blank = np.full_like(truth, 0.9)
    recovered = Match(brightness=1.0, contrast=1.0).apply(blank, at(0, truth))
    np.testing.assert_allclose(recovered.mean(axis=(0, 1)), truth.mean(axis=(0, 1)), atol=1e-3)
