"""Effects of tapes, tubes and film: vhs, crt, film-burn, sync-loss and others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest

from artengine.api import Frame, FrameContext
from artengine_plugins.effects.chromatic_aberration import ChromaticAberration
from artengine_plugins.effects.crt import Crt
from artengine_plugins.effects.film_burn import FilmBurn
from artengine_plugins.effects.gate_weave import GateWeave
from artengine_plugins.effects.interlace import Interlace
from artengine_plugins.effects.sync_loss import SyncLoss
from artengine_plugins.effects.vhs import Vhs
from artengine_plugins.imaging.luma import luma

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]


def grey(value: float, width: int = 96, height: int = 64) -> Frame:
    return np.full((height, width, 3), value, np.float32)


def test_vhs_bleeds_colours_to_the_right_and_keeps_luma_edges(at: At) -> None:
    frame = grey(0.3)
    frame[:, 40:56] = (0.9, 0.1, 0.1)
    clean = Vhs(bleed=0.15, jitter=0.0, noise=0.0, tracking=0.0).apply(frame, at(0, frame))
    red = (clean[..., 0] - clean[..., 2])[32]
    assert red[57:62].mean() > 3 * max(red[34:39].mean(), 0.01)
    light = np.abs(np.diff(luma(clean)[32]))
    assert light.argmax() in range(37, 43) or light.argmax() in range(53, 59)
    unchanged = Vhs(bleed=0.0, jitter=0.0, noise=0.0, tracking=0.0).apply(frame, at(0, frame))
    np.testing.assert_allclose(unchanged, frame, atol=1e-3)


def test_vhs_has_noise_and_a_moving_tracking_band(at: At) -> None:
    frame = grey(0.4, 96, 96)
    noisy = Vhs(noise=0.2, tracking=0.0).apply(frame, at(0, frame))
    assert 0.1 < noisy.std() < 0.3
    effect = Vhs(noise=0.0, jitter=0.0, tracking=1.0, speed=-3.0)
    positions = []
    for index in range(4):
        rows = np.abs(effect.apply(frame, at(index, frame)) - frame).mean(axis=(1, 2))
        positions.append(int(np.convolve(rows[:90], np.ones(9), "valid").argmax()))
    assert positions == sorted(positions, reverse=True)
    assert len(set(positions)) == 4


def test_crt_darkens_between_lines_and_keeps_the_mean(at: At) -> None:
    frame = grey(0.4, 96, 96)
    tube = Crt(curve=0.0, lines=12, depth=1.0, stripes=0.0, glow=0.0).apply(frame, at(0, frame))
    rows = tube[:, 48, 0]
    assert np.fft.rfft(rows - rows.mean()).__abs__().argmax() == 12
    assert rows.min() < 0.02
    assert tube.mean() == pytest.approx(0.4, rel=0.3)
    striped = Crt(curve=0.0, depth=0.0, stripes=1.0, glow=0.0).apply(frame, at(0, frame))
    assert ((striped[0] > 0.1).sum(axis=1) == 1).all()
    np.testing.assert_array_equal(striped[0, :3].argmax(axis=1), [0, 1, 2])
    ball = Crt(curve=1.0, stripes=0.0, depth=0.0).apply(frame, at(0, frame))
    assert ball[0, 0].max() < 0.05 < 0.3 < ball[48, 48].min()


def test_chromatic_aberration_separates_colours_away_from_its_centre(at: At) -> None:
    x, y = np.arange(97)[None, :] - 80, np.arange(97)[:, None] - 48
    frame = np.repeat(np.exp(-(x**2 + y**2) / 8.0)[..., None], 3, axis=2).astype(np.float32)
    separated = ChromaticAberration(amount=0.25).apply(frame, at(0, frame))
    columns = separated[48].argmax(axis=0)
    np.testing.assert_array_equal(columns, [84, 80, 76])
    centred = np.roll(frame, -32, axis=1)
    unchanged = ChromaticAberration(amount=0.25).apply(centred, at(0, centred))
    np.testing.assert_array_equal(unchanged[48].argmax(axis=0), [48, 48, 48])


def test_film_burn_spreads_and_then_starts_over(at: At) -> None:
    frame = np.zeros((64, 96, 3), np.float32)
    frame[..., 2] = 0.8
    effect = FilmBurn(amount=1.0, speed=2.0, softness=0.1)
    burnt = []
    for index in range(14):
        shown = effect.apply(frame, at(index, frame))
        burnt.append(float((np.abs(shown - frame).max(axis=2) > 0.1).mean()))
    # The first fire starts at 40 %. At two fires per second it ends after seven frames.
    assert burnt[6] > burnt[0] + 0.2
    assert burnt[8] < 0.3
    assert all(one <= next_ + 0.02 for one, next_ in pairwise(burnt[:7]))
    none = FilmBurn(amount=0.0, speed=0.0).apply(frame, at(0, frame))
    np.testing.assert_allclose(none, frame, atol=1e-6)
    gone = FilmBurn(amount=1.0, speed=0.0).apply(frame, at(0, frame))
    assert (np.abs(gone - frame).max(axis=2) > 0.1).mean() > 0.97


def test_gate_weave_moves_mostly_horizontally_and_flickers(at: At) -> None:
    x, y = np.arange(96)[None, :] - 48, np.arange(96)[:, None] - 48
    frame = np.repeat(np.exp(-(x**2 + y**2) / 18.0)[..., None], 3, axis=2).astype(np.float32)
    effect, centroids, totals = GateWeave(amount=0.08, hops=0.0, flicker=0.5), [], []
    for index in range(60):
        light = luma(effect.apply(frame, at(index, frame)))
        total = light.sum()
        centroids.append([light.sum(axis=axis) @ np.arange(96) / total for axis in (0, 1)])
        totals.append(total)
    across, down = np.std(centroids, axis=0)
    assert across > 1.5 * down > 0.2
    assert 0.1 < np.std(totals) / np.mean(totals) < 0.4


def test_interlace_combines_rows_of_two_frames(at: At) -> None:
    effect = Interlace(frames=2, size=0.001, dark=0.0)
    flicker = Interlace(frames=2, size=0.001, dark=0.0, mode="flicker")
    for index in range(6):
        frame = grey(index / 8)
        shown, other = (each.apply(frame, at(index, frame)) for each in (effect, flicker))
    np.testing.assert_allclose(shown[::2], 5 / 8)
    np.testing.assert_allclose(shown[1::2], 3 / 8)
    np.testing.assert_allclose(other[::2], 3 / 8)
    assert Interlace(dark=1.0, size=0.1).apply(frame, at(0, frame))[6:12].max() == 0.0


def test_sync_loss_rolls_a_dark_bar_and_skews_the_picture(at: At) -> None:
    rows = np.linspace(0.2, 1.0, 100, dtype=np.float32)[:, None, None]
    frame = np.ascontiguousarray(np.broadcast_to(rows, (100, 40, 3)))
    effect = SyncLoss(speed=2.4, skew=0.0, hook=0.0, wobble=0.0, bar=0.25)
    tops = []
    for index in range(3):
        shown = effect.apply(frame, at(index, frame))[:, 20, 0]
        assert 20 <= (shown < 0.1).sum() <= 27
        tops.append(int((shown < 0.1).argmax()))
    assert [one - next_ for one, next_ in pairwise(tops)] == [10, 10]
    leaning = SyncLoss(speed=0.0, skew=0.5, hook=0.0, wobble=0.0, bar=0.0)
    bars = np.zeros((64, 64, 3), np.float32)
    bars[:, 30:34] = 1.0
    slanted = leaning.apply(bars, at(0, bars))[..., 0]
    assert len(set(slanted.argmax(axis=1))) > 20
