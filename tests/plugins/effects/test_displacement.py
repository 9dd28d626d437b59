"""Effects that displace pixels: displace-map, wave, ripple and fluid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artengine.api import Frame, FrameContext
from artengine_plugins.effects.displace_map import DisplaceMap
from artengine_plugins.effects.fluid import Fluid, _without_pressure
from artengine_plugins.effects.ripple import Ripple
from artengine_plugins.effects.wave import Wave

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]


def ramp(width: int, height: int) -> Frame:
    """Return a horizontal ramp: the value of a pixel identifies the column it came from."""
    values = np.arange(width, dtype=np.float32) / width
    return np.ascontiguousarray(np.broadcast_to(values[None, :, None], (height, width, 3)))


def test_displace_map_moves_light_and_dark_areas_in_opposite_directions(at: At) -> None:
    frame = ramp(100, 50)
    effect = DisplaceMap(amount=0.2, border="replicate")
    for shade, moved in ((1.0, -0.1), (0.5, 0.0), (0.0, 0.1)):
        pushed = effect.apply(frame, at(0, np.full_like(frame, shade)))
        np.testing.assert_allclose(pushed[:, 30:70], frame[:, 30:70] + moved, atol=1e-3)
    down = DisplaceMap(amount=0.2, angle=90.0)
    np.testing.assert_allclose(
        down.apply(frame, at(0, frame))[:, 30:70], frame[:, 30:70], atol=1e-3
    )


def test_displace_map_can_use_a_picture_as_its_map(at: At, tmp_path: Path) -> None:
    frame = ramp(100, 50)
    picture = np.zeros((50, 100, 3), np.uint8)
    picture[25:] = 255
    Image.fromarray(picture).save(tmp_path / "a.png")
    effect = DisplaceMap(amount=0.2, path=str(tmp_path / "a.png"), size=0.002, border="replicate")
    pushed = effect.apply(frame, at(0, frame))
    np.testing.assert_allclose(pushed[:20, 30:70], frame[:20, 30:70] + 0.1, atol=1e-3)
    np.testing.assert_allclose(pushed[30:, 30:70], frame[30:, 30:70] - 0.1, atol=1e-3)


def test_displace_map_in_slope_mode_moves_only_edges(at: At) -> None:
    frame, truth = ramp(100, 50), np.zeros((50, 100, 3), np.float32)
    truth[:, 50:] = 1.0
    effect = DisplaceMap(mode="slope", amount=0.1, size=0.06, border="replicate")
    moved = np.abs(effect.apply(frame, at(0, truth)) - frame)[25, :, 0]
    assert moved[45:55].max() == pytest.approx(0.05, rel=0.3)
    assert moved[10:30].max() < 1e-3


def test_waves_move_with_their_speed(at: At) -> None:
    frame = ramp(128, 64)
    effect = Wave(amount=0.1, size=0.5, angle=90.0, speed=6.0, border="replicate")
    shown = [effect.apply(frame, at(index, frame)) for index in range(5)]
    offset = (shown[0] - frame)[:, 64, 0] * 128
    assert np.abs(offset).max() == pytest.approx(6.4, rel=0.02)
    np.testing.assert_allclose(offset[:32], offset[32:], atol=0.05)
    np.testing.assert_allclose(shown[4], shown[0], atol=1e-3)
    # A 24th of a second later the crests are a quarter of a wavelength further down.
    np.testing.assert_allclose(shown[1][8:], shown[0][:-8], atol=1e-3)
    pressed = Wave(mode="press", amount=0.1, size=0.5, angle=90.0).apply(frame, at(0, frame))
    np.testing.assert_allclose(pressed, frame, atol=1e-3)


def test_ripples_spread_and_fade(at: At) -> None:
    frame = ramp(96, 96)
    effect = Ripple(drops=30.0, seconds=0.5, light=0.0, border="replicate")
    moved = [float(np.abs(effect.apply(frame, at(i, frame)) - frame).mean()) for i in range(24)]
    assert moved[-1] > 0.003
    effect.drops = 0.0
    for index in range(24, 120):
        calm = effect.apply(frame, at(index, frame))
    assert np.abs(calm - frame).mean() < 0.05 * moved[-1]


def test_pressure_projection_removes_divergence_and_keeps_rotation() -> None:
    wave = np.cos(2.0 * np.pi * np.arange(48) / 48)[None, :].repeat(32, axis=0)
    still = np.zeros_like(wave)
    diverging = np.stack([wave, still], axis=-1).astype(np.float32)
    rotating = np.stack([still, wave], axis=-1).astype(np.float32)
    np.testing.assert_allclose(_without_pressure(diverging), 0.0, atol=1e-5)
    np.testing.assert_allclose(_without_pressure(rotating), rotating, atol=1e-5)


def test_fluid_is_dragged_by_motion_and_comes_to_rest(at: At) -> None:
    columns, rows = np.arange(128)[None, :], np.arange(96)[:, None]

    def footage(step: float) -> Frame:
        light = np.sin((columns - step) / 5.0) * np.cos(rows / 7.0) * 0.4 + 0.5
        return np.repeat(light[..., None], 3, axis=2).astype(np.float32)

    frame, effect = ramp(128, 96), Fluid(refresh=0.0, force=2.0, seconds=0.3, swirl=0.0)
    for index in range(24):
        shown = effect.apply(frame, at(index, footage(2.0 * index)))
    # After motion to the right, each pixel shows one from its left.
    assert (shown - frame)[20:76, 40:88].mean() < -0.02
    for index in range(24, 96):
        shown = effect.apply(frame, at(index, footage(46.0)))
    np.testing.assert_allclose(effect.apply(frame, at(96, footage(46.0))), shown, atol=1e-3)
