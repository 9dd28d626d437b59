"""Effects that move pixels: zoom, rotate, swirl, shift, mirror, kaleidoscope and displace."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from artengine.api import Frame, FrameContext
from artengine_plugins.effects.displace import Displace
from artengine_plugins.effects.kaleidoscope import Kaleidoscope
from artengine_plugins.effects.mirror import Mirror
from artengine_plugins.effects.rotate import Rotate
from artengine_plugins.effects.shift import Shift
from artengine_plugins.effects.swirl import Swirl
from artengine_plugins.effects.zoom import Zoom

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]


def dot(x: int, y: int, size: int = 65) -> Frame:
    frame = np.zeros((size, size, 3), np.float32)
    frame[y, x] = 1.0
    return frame


def centroid(frame: Frame) -> tuple[float, float]:
    """Return the centroid of the light, across and down."""
    light = frame.sum(axis=2)
    across, down = np.arange(frame.shape[1]), np.arange(frame.shape[0])
    return (
        float((light.sum(axis=0) * across).sum() / light.sum()),
        float((light.sum(axis=1) * down).sum() / light.sum()),
    )


def near(frame: Frame, x: float, y: float) -> bool:
    return centroid(frame) == pytest.approx((x, y), abs=0.15)


def test_zoom_holds_its_centre_and_moves_the_rest(at: At) -> None:
    for x, y in ((0.5, 0.5), (0.25, 0.75), (0.0, 1.0)):
        still = dot(round(64 * x), round(64 * y))
        zoomed = Zoom(factor=1.1, x=x, y=y, border="black").apply(still, at(0, still))
        column, row = round(64 * x), round(64 * y)
        assert zoomed[row, column].min() == pytest.approx(1.0, abs=1e-5)
    moved = dot(42, 32)
    assert near(Zoom(factor=1.5).apply(moved, at(0, moved)), 47.0, 32.0)
    assert near(Zoom(factor=0.8, border="black").apply(moved, at(0, moved)), 40.0, 32.0)


def test_repeated_zooms_accumulate(shots: Shots, at: At) -> None:
    frame = shots(128, 128)[0]
    fed = frame
    for index in range(10):
        fed = Zoom(factor=1.05).apply(fed, at(index, frame))
    at_once = Zoom(factor=1.05**10).apply(frame, at(0, frame))
    assert np.abs(fed - at_once)[8:-8, 8:-8].mean() < 0.01


def test_rotate_turns_clockwise(random: Random, at: At) -> None:
    right = dot(52, 32)
    assert near(Rotate(degrees=90.0).apply(right, at(0, right)), 32.0, 52.0)
    assert near(Rotate(degrees=-45.0, border="black").apply(right, at(0, right)), 46.14, 17.86)
    frame = random(33, 33)
    half_turn = Rotate(degrees=180.0).apply(frame, at(0, frame))
    np.testing.assert_allclose(half_turn, frame[::-1, ::-1], atol=1e-3)


def test_swirl_rotates_only_the_centre(random: Random, at: At) -> None:
    inner = dot(34, 32)
    x, y = centroid(Swirl(degrees=90.0, radius=1.0).apply(inner, at(0, inner)))
    assert y > 33.5
    assert abs(x - 32.0) < 0.5
    frame = random(65, 65)
    swirled = Swirl(degrees=90.0, radius=0.25).apply(frame, at(0, frame))
    np.testing.assert_allclose(swirled[:8], frame[:8], atol=1e-5)
    assert np.abs(swirled - frame)[28:36, 28:36].max() > 0.1


@pytest.mark.parametrize("x", [3, -5, 40])
def test_shift_wraps_whole_pixels_exactly(x: int, random: Random, at: At) -> None:
    frame = random(17, 9)
    shifted = Shift(x=x, y=2).apply(frame, at(0, frame))
    np.testing.assert_allclose(shifted, np.roll(frame, (2, x), axis=(0, 1)), atol=1e-6)


def test_shift_applies_its_border_and_unit(random: Random, at: At) -> None:
    frame = random(20, 10)
    dark = Shift(x=4, border="black").apply(frame, at(0, frame))
    assert dark[:, :4].max() == 0.0
    np.testing.assert_allclose(dark[:, 4:], frame[:, :-4], atol=1e-6)
    mirrored = Shift(x=4, border="reflect").apply(frame, at(0, frame))
    np.testing.assert_allclose(mirrored[:, :4], frame[:, 3::-1], atol=1e-6)
    np.testing.assert_allclose(
        Shift(x=4 + 40, border="reflect").apply(frame, at(0, frame)), mirrored, atol=1e-6
    )
    streaks = Shift(x=500, border="replicate").apply(frame, at(0, frame))
    np.testing.assert_allclose(streaks, np.broadcast_to(frame[:, :1], frame.shape), atol=1e-6)
    half = Shift(x=50, y=20, unit="percent").apply(frame, at(0, frame))
    np.testing.assert_allclose(half, np.roll(frame, (2, 10), axis=(0, 1)), atol=1e-6)


@pytest.mark.parametrize("width", [16, 17])
def test_mirror_is_symmetric(width: int, random: Random, at: At) -> None:
    frame = random(width, 11)
    folded = Mirror().apply(frame, at(0, frame))
    np.testing.assert_array_equal(folded, folded[:, ::-1])
    np.testing.assert_array_equal(folded[:, : width // 2], frame[:, : width // 2])
    second = Mirror(keep="second", mode="vertical").apply(frame, at(0, frame))
    np.testing.assert_array_equal(second, second[::-1])
    np.testing.assert_array_equal(second[6:], frame[6:])
    both = Mirror(mode="both").apply(frame, at(0, frame))
    np.testing.assert_array_equal(both, both[::-1, ::-1])
    np.testing.assert_array_equal(both, both[::-1])


def test_position_moves_the_axis_of_mirror(random: Random, at: At) -> None:
    frame = random(11, 4)
    folded = Mirror(position=0.2).apply(frame, at(0, frame))
    np.testing.assert_array_equal(folded[:, :3], frame[:, :3])
    np.testing.assert_array_equal(folded[:, 3:5], frame[:, 1::-1])
    np.testing.assert_array_equal(Mirror(position=1.0).apply(frame, at(0, frame)), frame)


def test_kaleidoscope_repeats_its_wedge(shots: Shots, at: At) -> None:
    frame = shots(129, 129)[0]
    star = Kaleidoscope(segments=4).apply(frame, at(0, frame))
    inner = star[24:-24, 24:-24]
    np.testing.assert_allclose(inner, inner[::-1], atol=0.02)
    np.testing.assert_allclose(inner, np.rot90(inner), atol=0.02)
    wandering = Kaleidoscope(segments=4, turn=240.0)
    first, second = (wandering.apply(frame, at(index, frame)) for index in range(2))
    np.testing.assert_array_equal(first, star)
    rotated = Kaleidoscope(segments=4, angle=10.0).apply(frame, at(0, frame))
    np.testing.assert_allclose(second, rotated, atol=1e-4)


def test_displace_moves_pixels_by_its_amount(at: At) -> None:
    across = np.broadcast_to(np.arange(256, dtype=np.float32)[None, :, None], (256, 256, 3))
    frame = np.ascontiguousarray(across)
    for scale in (0.2, 0.6):
        melted = Displace(amount=2.0, scale=scale).apply(frame, at(0, frame))
        moved = np.abs(melted - frame)[16:-16, 16:-16]
        assert 2.5 < moved.max() < 6.0


def test_the_swirl_flow_of_displace_preserves_areas(at: At) -> None:
    frame = np.ones((128, 128, 3), np.float32)
    rows, columns = np.mgrid[0:128, 0:128].astype(np.float32)
    coordinates = np.stack([columns, rows, rows], axis=-1)

    def spread(flow: str) -> float:
        """Return the standard deviation of the area that each pixel is drawn from."""
        effect = Displace.model_validate({"flow": flow, "amount": 1.0})
        drawn = effect.apply(coordinates, at(0, frame)).astype(np.float64)
        x, y = drawn[..., 0], drawn[..., 1]
        area = np.gradient(x, axis=1) * np.gradient(y, axis=0)
        area -= np.gradient(x, axis=0) * np.gradient(y, axis=1)
        return float(area[8:-8, 8:-8].std())

    assert spread("swirl") < 0.3 * spread("bulge")
