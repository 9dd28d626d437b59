"""Effects of files, screens and print: jpeg, bit-planes, halftone, ascii, pixelate and others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from artengine.api import Frame, FrameContext, to_picture
from artengine_plugins.effects.ascii import Ascii
from artengine_plugins.effects.bit_planes import BitPlanes
from artengine_plugins.effects.byte_corruption import ByteCorruption
from artengine_plugins.effects.contours import Contours
from artengine_plugins.effects.dither import Dither
from artengine_plugins.effects.halftone import Halftone
from artengine_plugins.effects.jpeg import Jpeg
from artengine_plugins.effects.pixelate import Pixelate
from artengine_plugins.effects.reaction_diffusion import ReactionDiffusion
from artengine_plugins.effects.stipple import Stipple
from artengine_plugins.effects.voronoi import Voronoi
from artengine_plugins.imaging.cells import nearest, scattered
from artengine_plugins.imaging.luma import luma

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]


def grey(value: float, width: int = 96, height: int = 96) -> Frame:
    return np.full((height, width, 3), value, np.float32)


def test_jpeg_loss_grows_with_lower_quality_and_more_passes(shots: Shots, at: At) -> None:
    frame = shots(96, 64)[0]

    def loss(**table: int) -> float:
        saved = Jpeg.model_validate({"size": 0.002, **table}).apply(frame, at(0, frame))
        return float(np.abs(saved - frame).mean())

    losses = [loss(quality=quality) for quality in (100, 60, 20, 0)]
    assert losses == sorted(losses)
    assert losses[0] < 0.02 < losses[-1]
    assert loss(quality=20, passes=6) > losses[2]
    coarse = Jpeg(quality=0, size=0.25).apply(frame, at(0, frame))
    assert (np.abs(np.diff(coarse, axis=1)).max(axis=2) == 0).mean() > 0.5


def test_bit_planes_can_be_rotated_folded_reversed_and_dropped(at: At) -> None:
    values = np.arange(256, dtype=np.float32)[None, :, None] / np.float32(255)
    frame = np.ascontiguousarray(np.broadcast_to(values, (1, 256, 3)))

    def shown(**table: object) -> list[int]:
        mixed = BitPlanes.model_validate(table).apply(frame, at(0, frame))
        return [int(value) for value in to_picture(mixed)[0, :, 0]]

    assert shown(mode="rotate", planes=1)[:3] == [0, 2, 4]
    assert shown(mode="rotate", planes=1)[128] == 1
    assert sorted(shown(mode="fold", planes=3)) == list(range(256))
    assert shown(mode="reverse")[:4] == [0, 128, 64, 192]
    assert sorted(set(shown(mode="keep", planes=2))) == [0, 85, 170, 255]


def test_byte_corruption_begins_at_its_start_row_and_lasts(shots: Shots, at: At) -> None:
    frame = cv2.resize(shots(96, 64)[0], (192, 128)).astype(np.float32)
    clean = ByteCorruption(count=0, quality=90).apply(frame, at(0, frame))
    assert np.abs(clean - frame).mean() < 0.02
    effect = ByteCorruption(count=12, quality=90, start=0.6, seconds=1.0)
    corrupted = [effect.apply(frame, at(index, frame)) for index in range(120)]
    difference = np.abs(corrupted[0] - clean).max(axis=(1, 2))
    assert (difference[:48] < 1e-6).all(), "what is above is sound"
    assert difference.max() > 0.3
    assert np.array_equal(corrupted[1], corrupted[0]) or np.array_equal(corrupted[2], corrupted[1])
    assert not np.array_equal(corrupted[-1], corrupted[0])


def test_byte_corruption_survives_any_corruption(
    shots: Shots, at: At, capfd: pytest.CaptureFixture[str]
) -> None:
    frame = shots(96, 64)[0]
    effect = ByteCorruption(count=128, seconds=0.0, quality=30)
    for index in range(200):
        corrupted = effect.apply(frame, at(index, frame))
        assert corrupted.shape == frame.shape
        assert 0.0 <= corrupted.min() <= corrupted.max() <= 1.0
    assert capfd.readouterr() == ("", "")


def test_pixelate_leaves_one_colour_per_cell(shots: Shots, at: At) -> None:
    frame = shots(96, 64)[0]
    square = Pixelate(size=0.25).apply(frame, at(0, frame))
    mean = np.broadcast_to(frame[:16, :16].mean(axis=(0, 1)), (16, 16, 3))
    np.testing.assert_allclose(square[:16, :16], mean, atol=1e-5)
    for shape in ("brick", "hexagon"):
        few = Pixelate.model_validate({"size": 0.25, "shape": shape}).apply(frame, at(0, frame))
        colours = np.unique(few.reshape(-1, 3), axis=0)
        assert 24 <= len(colours) <= 90
        assert few.mean() == pytest.approx(frame.mean(), abs=1e-3)


def test_hexagons_have_six_neighbours(random: Random, at: At) -> None:
    frame = random(120, 120)
    few = Pixelate(size=0.2, shape="hexagon").apply(frame, at(0, frame))
    _, cells = np.unique(few.reshape(-1, 3), axis=0, return_inverse=True)
    cells = cells.reshape(120, 120)
    middle = cells[60, 60]
    dilated = cv2.dilate((cells == middle).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    neighbours = {int(cell) for cell in cells[dilated]} - {int(middle)}
    assert len(neighbours) == 6


@pytest.mark.parametrize("mode", ["colour", "ink"])
@pytest.mark.parametrize("shape", ["dot", "line"])
def test_halftone_keeps_the_mean_brightness_in_two_tones(mode: str, shape: str, at: At) -> None:
    effect = Halftone.model_validate({"mode": mode, "shape": shape, "size": 0.1, "softness": 0.0})
    greys = [grey(value) for value in (0.0, 0.25, 0.5, 0.75, 1.0)]
    light = [float(effect.apply(frame, at(0, frame)).mean()) for frame in greys]
    assert light == sorted(light)
    assert light[0] < 0.1
    assert light[2] == pytest.approx(0.5, abs=0.05)
    assert light[4] > 0.9
    printed = effect.apply(grey(0.5), at(0, grey(0.5)))
    assert ((printed < 0.02) | (printed > 0.98)).mean() > 0.6
    if mode == "ink":
        assert np.ptp(printed, axis=2).max() == 0.0


@pytest.mark.parametrize("mode", ["diffusion", "ordered", "random"])
@pytest.mark.parametrize("levels", [2, 5])
def test_dither_keeps_the_local_mean_with_few_levels(
    mode: str, levels: int, shots: Shots, at: At
) -> None:
    frame = shots(96, 64)[0]
    table = {"mode": mode, "levels": levels, "size": 0.001}
    dots = Dither.model_validate(table).apply(frame, at(0, frame))
    assert set(np.rint(np.unique(dots) * 255)) <= set(np.rint(np.linspace(0, 255, levels)))
    local_mean, expected = (cv2.blur(each, (15, 15)) for each in (dots, frame))
    assert np.abs(local_mean - expected)[8:-8, 8:-8].mean() < 0.06
    monochrome = Dither.model_validate({**table, "monochrome": True}).apply(frame, at(0, frame))
    assert np.ptp(monochrome, axis=2).max() == 0.0


def test_ascii_writes_denser_characters_for_lighter_cells(at: At) -> None:
    effect = Ascii(mode="white", size=0.125, contrast=1.0)
    ink = [float(effect.apply(grey(v), at(0, grey(v))).mean()) for v in (0.0, 0.3, 0.6, 1.0)]
    assert ink[0] == 0.0
    assert ink == sorted(ink)
    assert ink[-1] > 0.2
    letters = effect.apply(grey(1.0), at(0, grey(1.0)))
    np.testing.assert_array_equal(letters[:12, :7], letters[12:24, 7:14])
    red = grey(0.5)
    red[..., 1:] = 0.0
    assert Ascii(mode="colour").apply(red, at(0, red))[..., 1:].max() == 0.0
    paper = Ascii(mode="paper").apply(grey(1.0), at(0, grey(1.0)))
    assert paper.min() == 1.0


def test_cells_belong_to_the_nearest_points() -> None:
    points = scattered(np.random.default_rng(2), (40, 30), 8.0)
    assert 15 <= len(points) <= 40
    labels, distance = nearest(points, (40, 30))
    rows, columns = np.mgrid[:30, :40]
    distances = np.hypot(rows[..., None] - points[:, 0], columns[..., None] - points[:, 1])
    np.testing.assert_allclose(distance, distances.min(axis=2), rtol=0.05, atol=0.05)
    chosen = np.take_along_axis(distances, labels[..., None], axis=2)[..., 0]
    assert (chosen <= distances.min(axis=2) * 1.05 + 0.05).all()


def test_voronoi_keeps_the_mean_colour_and_moves(shots: Shots, at: At) -> None:
    frame = shots(96, 64)[0]
    effect = Voronoi(size=0.2, speed=2.0, joint=0.0)
    shown = [effect.apply(frame, at(index, frame)) for index in range(3)]
    assert 15 <= len(np.unique(shown[0].reshape(-1, 3), axis=0)) <= 70
    assert shown[0].mean() == pytest.approx(frame.mean(), abs=1e-3)
    assert (shown[1] != shown[0]).any(axis=2).mean() > 0.2
    jointed = Voronoi(size=0.2, joint=1.0).apply(frame, at(0, frame))
    assert (jointed < 0.01).all(axis=2).mean() > 0.02


def test_reaction_diffusion_grows_from_outlines_and_spreads(at: At) -> None:
    frame = grey(0.6)
    frame[40:56, 40:56] = 0.1
    effect = ReactionDiffusion(speed=16)
    first = effect.apply(frame, at(0, frame))
    near = slice(34, 62), slice(34, 62)
    assert np.abs(first - frame)[near].max() > 0.2
    assert np.abs(first - frame)[:20].max() < 1e-3
    for index in range(1, 40):
        shown = effect.apply(grey(0.6), at(index, frame))
    assert (shown < 0.3).mean() > 1.5 * ((first < 0.3).mean() - 256 / 9216)
    barren = ReactionDiffusion(sow=0.0).apply(frame, at(0, frame))
    np.testing.assert_array_equal(barren, frame)


def test_contours_are_drawn_at_equal_steps_of_brightness(at: At) -> None:
    ramp = np.linspace(0.0, 1.0, 200, dtype=np.float32)[None, :, None]
    frame = np.ascontiguousarray(np.broadcast_to(ramp, (100, 200, 3)))
    drawn = Contours(count=10.0, size=0.001, width=0.02).apply(frame, at(0, frame))
    dark = drawn[50, :, 0] < 0.5
    starts = np.flatnonzero(dark[1:] & ~dark[:-1]) + 1
    assert len(starts) == 10
    np.testing.assert_allclose(np.diff(starts), 20, atol=1)
    moving = Contours(count=10.0, size=0.001, width=0.02, speed=6.0)
    shown = [moving.apply(frame, at(index, frame))[50, :, 0] for index in range(5)]
    np.testing.assert_allclose(shown[4], shown[0], atol=1e-4)
    np.testing.assert_allclose(shown[1][20:180], shown[0][15:175], atol=0.2)


def test_stipple_dots_cover_more_of_darker_areas(at: At) -> None:
    effect = Stipple(size=0.08)
    light = [float(effect.apply(grey(v), at(0, grey(v))).mean()) for v in (0.0, 0.3, 0.7, 1.0)]
    assert light == sorted(light)
    assert light[-1] == 1.0
    assert light[0] < 0.25
    glowing = Stipple(mode="lights", size=0.08).apply(grey(0.0), at(0, grey(0.0)))
    assert glowing.max() == 0.0
    red = grey(0.5)
    red[..., 1:] = 0.1
    painted = Stipple(mode="paint", size=0.08).apply(red, at(0, red))
    dots = luma(painted) < 0.5
    assert dots.any()
    np.testing.assert_allclose(painted[dots].mean(axis=0), [0.5, 0.1, 0.1], atol=0.1)
