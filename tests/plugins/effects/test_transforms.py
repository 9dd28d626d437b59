"""Effects that transform the whole picture: perspective, shake, polar, tile, droste and others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from artengine.api import Frame, FrameContext
from artengine_plugins.effects.droste import Droste
from artengine_plugins.effects.follow import Follow
from artengine_plugins.effects.lens import Lens
from artengine_plugins.effects.perspective import Perspective
from artengine_plugins.effects.polar import Polar
from artengine_plugins.effects.shake import Shake
from artengine_plugins.effects.tile import Tile
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.wander import wander

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]


def dot(width: int, height: int, column: int, row: int) -> Frame:
    """Return a frame with a soft white dot on black."""
    x, y = np.arange(width)[None, :] - column, np.arange(height)[:, None] - row
    light = np.exp(-(x**2 + y**2) / 8.0).astype(np.float32)
    return np.repeat(light[..., None], 3, axis=2)


def brightest(frame: Frame) -> tuple[int, int]:
    """Return the column and row of the brightest pixel."""
    row, column = np.unravel_index(luma(frame).argmax(), frame.shape[:2])
    return int(column), int(row)


def test_perspective_keeps_the_centre_and_shrinks_the_far_side(at: At) -> None:
    for effect, near, far in (
        (Perspective(tilt=40.0, border="black"), (50, 75), (50, 25)),
        (Perspective(tilt=0.0, pan=40.0, border="black"), (25, 50), (75, 50)),
    ):
        frame = dot(101, 101, 50, 50)
        assert brightest(effect.apply(frame, at(0, frame))) == (50, 50)
        reach = {}
        for name, (column, row) in (("near", near), ("far", far)):
            frame = dot(101, 101, column, row)
            position = brightest(effect.apply(frame, at(0, frame)))
            reach[name] = np.hypot(position[0] - 50, position[1] - 50)
        assert reach["near"] > 1.2 * reach["far"]
    upright = Perspective(tilt=0.0)
    frame = dot(40, 30, 7, 9)
    np.testing.assert_allclose(upright.apply(frame, at(0, frame)), frame, atol=1e-3)


def test_shake_stays_within_its_amount_and_never_repeats(at: At) -> None:
    effect = Shake(amount=0.1, roll=0.0, speed=6.0, border="black")
    frame = dot(120, 100, 60, 50)
    positions = [brightest(effect.apply(frame, at(index, frame))) for index in range(48)]
    moved = np.abs(np.array(positions) - (60, 50))
    assert 4 < moved.max() <= 10
    assert len(set(positions)) > 20
    still = Shake(amount=0.0, roll=0.0)
    np.testing.assert_allclose(still.apply(frame, at(0, frame)), frame, atol=1e-6)


def test_wander_is_smooth_and_bounded() -> None:
    steps = [wander(np.random.default_rng(1), 0.1 * index, 2) for index in range(-50, 3000)]
    path = np.array(steps)
    assert np.abs(path).max() <= 1.0
    assert path.std(axis=0).min() > 0.3
    assert np.abs(np.diff(path, axis=0)).max() < 0.4


@pytest.mark.parametrize(("mode", "ring"), [("planet", 1.0), ("tunnel", 0.0)])
def test_polar_bends_rows_into_rings(mode: str, ring: float, at: At) -> None:
    rows = np.linspace(0.0, 1.0, 65, dtype=np.float32)[:, None, None]
    frame = np.ascontiguousarray(np.broadcast_to(rows, (65, 65, 3)))
    bent = Polar.model_validate({"mode": mode, "size": 0.5}).apply(frame, at(0, frame))
    assert bent[32, 32, 0] == pytest.approx(ring, abs=0.02)
    for place in ((32, 48), (48, 32), (32, 16), (16, 32)):
        assert bent[place][0] == pytest.approx(0.5, abs=0.03)


def test_polar_unroll_inverts_planet(shots: Shots, at: At) -> None:
    frame = cv2.GaussianBlur(shots(96, 64)[0], (0, 0), 2).astype(np.float32)
    bent = Polar(mode="planet", size=0.5, angle=0.0).apply(frame, at(0, frame))
    flat = Polar(mode="unroll", size=0.5, angle=0.0).apply(bent, at(0, frame))
    # Planet mirrors the frame around the circle: the left half is the frame, the right its mirror.
    left = cv2.resize(frame, (48, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(flat[:40, :48] - left[:40]).mean() < 0.05
    assert np.abs(flat[:40, 48:] - left[:40, ::-1]).mean() < 0.05


def test_tile_repeats_the_whole_picture(shots: Shots, at: At) -> None:
    frame = shots(96, 64)[0]
    small = cv2.resize(frame, (24, 16), interpolation=cv2.INTER_AREA)
    tiled = Tile(count=4.0, mode="repeat", x=0.125, y=0.125).apply(frame, at(0, frame))
    np.testing.assert_allclose(tiled, np.tile(small, (4, 4, 1)), atol=1e-6)
    mirrored = Tile(count=4.0, mode="mirror", x=0.125, y=0.125).apply(frame, at(0, frame))
    np.testing.assert_allclose(mirrored[:16, 24:48], small[:, ::-1], atol=1e-6)
    np.testing.assert_allclose(mirrored[16:32, :24], small[::-1], atol=1e-6)
    bricks = Tile(count=4.0, mode="brick", x=0.125, y=0.125).apply(frame, at(0, frame))
    np.testing.assert_allclose(bricks[16:32, 12:36], small, atol=1e-6)
    whole = Tile(count=1.0).apply(frame, at(0, frame))
    np.testing.assert_allclose(whole, frame, atol=1e-6)


def test_droste_contains_itself_and_zooms_into_itself(shots: Shots, at: At) -> None:
    frame = shots(96, 96)[0]
    rings = Droste(factor=2.0, arms=0, speed=8.0, angle=0.0)
    shown = [rings.apply(frame, at(index, frame)) for index in range(4)]
    # After a zoom by one whole copy the picture is the same.
    np.testing.assert_allclose(shown[3], shown[0], atol=1e-3)
    assert np.abs(shown[1] - shown[0]).mean() > 0.02
    half = cv2.resize(shown[0], (48, 48), interpolation=cv2.INTER_AREA)
    assert np.abs(shown[0][24:72, 24:72] - half).mean() < 0.05


def test_lens_magnifies_its_centre_and_keeps_pixels_outside_its_circle(at: At) -> None:
    frame = dot(101, 101, 60, 50)
    swollen = Lens(amount=1.0, size=0.4).apply(frame, at(0, frame))
    assert brightest(swollen)[0] > 66
    shrunk = Lens(amount=-0.5, size=0.4).apply(frame, at(0, frame))
    assert brightest(shrunk)[0] < 57
    rim = dot(101, 101, 90, 50)
    assert brightest(Lens(amount=2.0, size=0.4).apply(rim, at(0, rim))) == (90, 50)
    beyond = dot(101, 101, 5, 5)
    np.testing.assert_allclose(
        Lens(amount=2.0, size=0.4).apply(beyond, at(0, beyond))[:20, :20],
        beyond[:20, :20],
        atol=1e-3,
    )


@pytest.mark.parametrize("watch", ["frame", "source"])
def test_follow_centres_the_moving_area(watch: str, at: At) -> None:
    effect = Follow.model_validate({"watch": watch, "factor": 2.0, "seconds": 0.2})
    still = dot(96, 64, 40, 10)
    for index in range(48):
        moving = np.maximum(still, dot(96, 64, 80, 20 + index % 8))
        frame, truth = (moving, still) if watch == "frame" else (still, moving)
        shown = effect.apply(frame, at(index, truth))
    marked = dot(96, 64, 80, 24)
    position = brightest(effect.apply(marked, at(48, truth)))
    # Near the edge, the picture does not extend far enough to bring the point to the centre.
    assert 48 <= position[0] <= 66
    assert 26 <= position[1] <= 38
    assert shown.shape == still.shape
