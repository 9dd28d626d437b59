"""Effects that reorder time: echo, stutter, freeze, reverse, shuffle and others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from artengine.api import Effect, Frame, FrameContext
from artengine_plugins.effects.echo import Echo
from artengine_plugins.effects.freeze import Freeze
from artengine_plugins.effects.reverse import Reverse
from artengine_plugins.effects.shuffle import Shuffle
from artengine_plugins.effects.slow_motion import SlowMotion
from artengine_plugins.effects.stutter import Stutter
from artengine_plugins.effects.time_displace import TimeDisplace

At = Callable[[int, Frame], FrameContext]

STEP = 1.0 / 128.0
"""Half precision represents multiples of this exactly."""


def shown_frames(effect: Effect, count: int, at: At, size: tuple[int, int] = (8, 8)) -> list[int]:
    """Apply an effect to frames whose brightness is their number; return the numbers shown."""
    shown = []
    for index in range(count):
        frame = np.full((size[1], size[0], 3), index * STEP, np.float32)
        shown.append(round(float(effect.apply(frame, at(index, frame)).mean()) / STEP))
    return shown


def test_stutter_repeats_frames_and_jumps_ahead(at: At) -> None:
    played = shown_frames(Stutter(frames=3, repeats=2), 13, at)
    assert played == [0, 1, 2, 0, 1, 2, 0, 1, 2, 9, 10, 11, 9]
    assert shown_frames(Stutter(frames=1, repeats=3), 6, at) == [0, 0, 0, 0, 4, 4]


def test_reverse_plays_each_section_backwards(at: At) -> None:
    backwards = Reverse(frames=8, mode="backwards")
    assert shown_frames(backwards, 13, at) == [0, 0, 0, 0, 3, 2, 1, 0, 7, 6, 5, 4, 11]
    boomerang = Reverse(frames=8, mode="boomerang")
    assert shown_frames(boomerang, 13, at) == [0, 1, 2, 3, 3, 2, 1, 0, 8, 9, 10, 11, 11]


def test_echo_adds_faded_earlier_frames(at: At) -> None:
    effect = Echo(frames=8, count=2, fade=0.5, mode="bright")
    for index in range(12):
        frame = np.zeros((4, 16, 3), np.float32)
        frame[:, index] = 1.0
        shown = effect.apply(frame, at(index, frame))[0, :, 0]
    expected = np.zeros(16)
    expected[[11, 7, 3]] = 1.0, 0.5, 0.25
    np.testing.assert_allclose(shown, expected, atol=1e-6)
    mean = Echo(frames=8, count=2, fade=1.0, mode="mean")
    assert shown_frames(mean, 12, at)[-1] == 7


def test_freeze_holds_blocks_or_frames_for_a_while(at: At) -> None:
    effect = Freeze(mode="blocks", size=0.25, seconds=0.5)
    for index in range(60):
        frame = np.full((32, 64, 3), index * STEP, np.float32)
        shown = effect.apply(frame, at(index, frame))
    blocks = shown[::8, ::8, 0] / STEP
    np.testing.assert_array_equal(shown[..., 0] / STEP, blocks.repeat(8, 0).repeat(8, 1))
    assert len(np.unique(blocks)) > 8
    assert 3 < (59 - blocks).mean() < 24
    whole = shown_frames(Freeze(mode="whole", seconds=0.2), 48, at)
    assert 4 < len(set(whole)) < 24
    assert shown_frames(Freeze(seconds=0.0), 5, at) == [0, 1, 2, 3, 4]


def test_shuffle_jumps_among_the_last_frames(at: At) -> None:
    effect = Shuffle(frames=16, seconds=0.2)
    played = np.array(shown_frames(effect, 120, at))
    ages = np.arange(120) - played
    assert ages.min() >= 0
    assert ages.max() <= 16
    steps = np.diff(played)
    assert 0.6 < (steps == 1).mean() < 0.95, "pieces play on"
    stills = np.diff(shown_frames(Shuffle(frames=16, seconds=0.2, mode="stills"), 120, at))
    assert 0.6 < (stills == 0).mean() < 0.95


def test_time_displace_delays_pixels_by_radius_or_brightness(at: At) -> None:
    effect = TimeDisplace(by="radius", frames=10, size=1.0)
    inverse = TimeDisplace(by="radius", frames=10, size=1.0, invert=True)
    for index in range(30):
        frame = np.full((65, 65, 3), index * STEP, np.float32)
        shown, inverted = (
            each.apply(frame, at(index, frame))[..., 0] / STEP for each in (effect, inverse)
        )
    distance = np.hypot(*np.meshgrid(np.arange(65) - 32, np.arange(65) - 32)) / 65
    np.testing.assert_allclose(shown, np.rint(29 - 10 * distance), atol=1.01)
    np.testing.assert_allclose(shown + inverted, 48, atol=0.01)
    light = TimeDisplace(by="light", frames=10, size=0.005)
    for index in range(30):
        frame = np.full((16, 16, 3), index * STEP, np.float32)
        frame[:, 8:] += 1.0
        shown = light.apply(frame, at(index, frame))[..., 0] / STEP
    # White pixels are ten frames late, and dark ones hardly at all.
    assert shown[0, -1] - 128 == 19
    assert shown[0, 0] == 27


def bar(centre: float) -> Frame:
    """Return a frame with a soft bright vertical bar."""
    light = np.exp(-(((np.arange(96) - centre) / 6.0) ** 2))
    light = np.broadcast_to(light[None, :, None], (64, 96, 3))
    return np.ascontiguousarray(light, np.float32)


def test_slow_motion_interpolates_frames(at: At) -> None:
    effect, positions = SlowMotion(factor=0.5, frames=10), []
    for index in range(16):
        frame = bar(20.0 + 3.0 * index)
        shown = effect.apply(frame, at(index, frame))[32, :, 0]
        positions.append(float((shown * np.arange(96)).sum() / shown.sum()))
        assert shown.max() > 0.8, "one bar, not two faint ones"
    np.testing.assert_allclose(positions, 20.0 + 1.5 * np.arange(16), atol=0.5)
    # The delay grows by half a frame per frame, and is then reset.
    assert shown_frames(SlowMotion(factor=0.5, frames=2), 6, at)[-1] == 5
    assert shown_frames(SlowMotion(factor=0.0, frames=3), 6, at) == [0, 0, 0, 0, 4, 4]


def test_slow_motion_at_full_speed_changes_nothing(at: At) -> None:
    assert shown_frames(SlowMotion(factor=1.0), 5, at) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("kind", [Echo, Stutter, Reverse, Shuffle, SlowMotion, TimeDisplace])
def test_the_history_restarts_when_the_frame_size_changes(kind: type[Effect], at: At) -> None:
    effect = kind()
    sizes: Sequence[tuple[int, int]] = ((8, 8), (9, 7), (8, 8))
    for index, (width, height) in enumerate(sizes):
        frame = np.full((height, width, 3), 0.5, np.float32)
        assert effect.apply(frame, at(index, frame)).shape == frame.shape
