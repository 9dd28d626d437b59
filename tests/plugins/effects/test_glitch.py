"""Effects that break things: pixel sort, tear, channel shift, scanlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest

from artengine.api import Frame, FrameContext
from artengine_plugins.effects.channel_shift import ChannelShift
from artengine_plugins.effects.pixel_sort import PixelSort
from artengine_plugins.effects.scanlines import Scanlines
from artengine_plugins.effects.tear import Tear
from artengine_plugins.imaging.luma import luma

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]


def multiset(frame: Frame) -> list[tuple[float, ...]]:
    return sorted(tuple(map(float, pixel)) for pixel in frame.reshape(-1, 3))


@pytest.mark.parametrize("direction", ["right", "left", "down", "up"])
def test_pixel_sort_sorts_whole_lines(direction: str, random: Random, at: At) -> None:
    frame = random(24, 24)
    effect = PixelSort.model_validate(
        {"low": -1.0, "high": 2.0, "direction": direction, "longest": 4096}
    )
    ordered = effect.apply(frame, at(0, frame))
    axis = 1 if direction in ("right", "left") else 0
    light = np.diff(luma(ordered), axis=axis)
    if direction in ("left", "up"):
        light = -light
    # A run may be cut once, at a random position; the rest increases, to within 1/16,000.
    assert ((light < -1e-3).sum(axis=axis) <= 1).all()
    lines = zip(np.moveaxis(frame, 1 - axis, 0), np.moveaxis(ordered, 1 - axis, 0), strict=True)
    assert all(multiset(before) == multiset(after) for before, after in lines)


def test_pixel_sort_leaves_pixels_outside_its_limits(shots: Shots, at: At) -> None:
    frame = shots(96, 64)[0]
    ordered = PixelSort(low=0.3, high=0.6).apply(frame, at(0, frame))
    light = luma(frame)
    outside = (light < 0.3) | (light > 0.6)
    assert 0.1 < outside.mean() < 0.9
    np.testing.assert_array_equal(ordered[outside], frame[outside])
    assert (ordered != frame).any()
    nothing = PixelSort(low=0.6, high=0.3).apply(frame, at(0, frame))
    np.testing.assert_array_equal(nothing, frame)


def test_pixel_sort_limits_the_length_of_runs(random: Random, at: At) -> None:
    frame = random(512, 4)
    effect = PixelSort(low=-1.0, high=2.0, direction="right", longest=16)
    decreases = (np.diff(luma(effect.apply(frame, at(0, frame))), axis=1) < -1e-3).sum(axis=1)
    assert (decreases >= 512 // 16 - 2).all()
    second = effect.apply(frame, at(1, frame))
    assert (second != effect.apply(frame, at(2, frame))).any(), "the cuts move"


def test_pixel_sort_sorts_frames_too_wide_for_32_bit_keys(random: Random, at: At) -> None:
    frame = random(5000, 2)
    effect = PixelSort(low=-1.0, high=2.0, direction="right", longest=4096)
    ordered = effect.apply(frame, at(0, frame))
    assert multiset(ordered[0]) == multiset(frame[0])
    assert ((np.diff(luma(ordered), axis=1) < -1e-3).sum(axis=1) <= 2).all()


def test_tear_rolls_some_bands_of_rows(random: Random, at: At) -> None:
    frame = random(64, 64)
    torn = Tear(amount=50.0, bands=3, height=10.0).apply(frame, at(0, frame))
    moved = (torn != frame).any(axis=(1, 2))
    assert 0 < moved.sum() < 32
    for before, after in zip(frame, torn, strict=True):
        rolls = [np.array_equal(np.roll(before, step, axis=0), after) for step in range(64)]
        assert any(rolls)


def test_tear_holds_for_a_while(random: Random, at: At) -> None:
    frame = random(32, 256)

    def changes(hold: float) -> int:
        effect = Tear(hold=hold)
        shown = [effect.apply(frame, at(index, frame)) for index in range(101)]
        return sum((one != next_).any() for one, next_ in pairwise(shown))

    assert changes(1.0) == 100
    assert 10 <= changes(5.0) <= 32


def test_channel_shift_separates_red_and_blue(random: Random, at: At) -> None:
    frame = random(32, 16)
    separated = ChannelShift(distance=3.0, border="wrap").apply(frame, at(0, frame))
    np.testing.assert_allclose(separated[..., 0], np.roll(frame[..., 0], 3, axis=1), atol=1e-5)
    np.testing.assert_array_equal(separated[..., 1], frame[..., 1])
    np.testing.assert_allclose(separated[..., 2], np.roll(frame[..., 2], -3, axis=1), atol=1e-5)
    down = ChannelShift(distance=2.0, angle=90.0, border="wrap").apply(frame, at(0, frame))
    np.testing.assert_allclose(down[..., 0], np.roll(frame[..., 0], 2, axis=0), atol=1e-5)


def test_scanlines_darken_lines_and_keep_the_mean_when_fed_back(at: At) -> None:
    frame = np.ones((64, 8, 3), np.float32)
    lined = Scanlines(strength=0.75, spacing=8.0, roll=0.0).apply(frame, at(0, frame))
    rows = lined[:, 0, 0]
    assert rows.min() / rows.max() == pytest.approx(0.25, rel=1e-4)
    np.testing.assert_allclose(rows[:8], rows[8:16], atol=1e-6)
    rolling, fed = Scanlines(spacing=8.0, roll=24.0), frame
    for index in range(80):
        fed = rolling.apply(fed, at(index, frame))
    np.testing.assert_allclose(fed, 1.0, atol=1e-3)
