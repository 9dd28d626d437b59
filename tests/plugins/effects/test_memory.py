"""Effects with state: trails, gate, datamosh, slit-scan, and phases that accumulate over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from artengine.api import Frame, FrameContext
from artengine_plugins.effects.datamosh import Datamosh
from artengine_plugins.effects.gate import Gate
from artengine_plugins.effects.noise import Noise
from artengine_plugins.effects.scanlines import Scanlines
from artengine_plugins.effects.slit_scan import SlitScan
from artengine_plugins.effects.trails import Trails

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]


def plain(value: float, width: int = 8, height: int = 8) -> Frame:
    return np.full((height, width, 3), value, np.float32)


def test_bright_trails_decay(at: At) -> None:
    effect, black = Trails(decay=0.5), plain(0.0)
    assert effect.apply(plain(0.8), at(0, black)).max() == pytest.approx(0.8)
    maxima = [effect.apply(black, at(index, black)).max() for index in range(1, 5)]
    assert maxima == pytest.approx([0.4, 0.2, 0.1, 0.05])
    assert effect.apply(plain(0.3), at(5, black)).max() == pytest.approx(0.3)


def test_dark_trails_fade_to_white_and_means_converge(at: At) -> None:
    dark, white = Trails(decay=0.5, mode="dark"), plain(1.0)
    dark.apply(plain(0.2), at(0, white))
    values = [dark.apply(white, at(index, white)).min() for index in range(1, 4)]
    assert values == pytest.approx([0.6, 0.8, 0.9])
    mean = Trails(decay=0.75, mode="mean")
    mean.apply(plain(0.0), at(0, white))
    values = [mean.apply(white, at(index, white)).max() for index in range(1, 3)]
    assert values == pytest.approx([0.25, 0.4375])


def test_trails_restart_when_the_frame_size_changes(at: At) -> None:
    effect = Trails(decay=1.0)
    effect.apply(plain(1.0), at(0, plain(0.0)))
    wide = plain(0.0, width=12)
    assert effect.apply(wide, at(1, wide)).max() == 0.0


def test_gate_opens_where_the_footage_moves(at: At) -> None:
    dream = plain(0.9, 64, 32)
    still, moved = plain(0.2, 64, 32), plain(0.2, 64, 32)
    moved[:, 40:48] = 0.6
    effect = Gate(spread=1.0, linger=0.5)
    np.testing.assert_array_equal(effect.apply(dream, at(0, still)), still)
    opened = effect.apply(dream, at(1, moved))
    np.testing.assert_allclose(opened[:, 42:46], dream[:, 42:46], atol=1e-6)
    np.testing.assert_allclose(opened[:, :32], still[:, :32], atol=1e-6)
    lingering = effect.apply(dream, at(2, moved))
    np.testing.assert_allclose(lingering[:, 44], 0.5 * dream[:, 44] + 0.5 * moved[:, 44], atol=1e-5)


def test_gate_opens_on_difference_and_can_be_inverted(at: At) -> None:
    truth, dream = plain(0.2, 64, 32), plain(0.22, 64, 32)
    dream[:, 32:] = 0.9
    gated = Gate(opens="difference", threshold=0.1, spread=0.0).apply(dream, at(0, truth))
    np.testing.assert_allclose(gated[:, 34:], dream[:, 34:], atol=1e-6)
    np.testing.assert_allclose(gated[:, :30], truth[:, :30], atol=1e-6)
    inverted = Gate(opens="difference", threshold=0.1, spread=0.0, invert=True)
    np.testing.assert_allclose(
        inverted.apply(dream, at(0, truth))[:, 34:], truth[:, 34:], atol=1e-6
    )


def test_datamosh_drags_with_the_motion(random: Random, shots: Shots, at: At) -> None:
    clouds = cv2.GaussianBlur(random(256, 256), (0, 0), 6.0) - np.float32(0.5)
    footage = np.float32(0.5) + np.float32(8.0) * clouds
    steps = [np.ascontiguousarray(np.roll(footage, 4 * step, axis=1)) for step in range(6)]
    effect, held = Datamosh(refresh=0.0), shots(256, 256)[7]
    for index, truth in enumerate(steps):
        # The input changes, but only the first frame is ever shown.
        shown = effect.apply(held if index == 0 else truth, at(index, truth))
    inner = (slice(64, 192), slice(96, 192))
    dragged = np.abs(shown - np.roll(held, 20, axis=1))[inner].mean()
    assert dragged < 0.5 * np.abs(shown - held)[inner].mean()
    assert set(np.unique(shown)) <= set(np.unique(held)), "dragged pixels stay crisp"


def test_datamosh_refreshes_its_share_of_blocks(at: At) -> None:
    truth, black, white = plain(0.5, 256, 256), plain(0.0, 256, 256), plain(1.0, 256, 256)
    effect = Datamosh(refresh=0.25, block=8)
    effect.apply(black, at(0, truth))
    refreshed = effect.apply(white, at(1, truth))
    assert refreshed.mean() == pytest.approx(0.25, abs=0.05)
    blocks = refreshed.reshape(32, 8, 32, 8, 3)
    assert (np.ptp(blocks, axis=(1, 3)) == 0.0).all()


def test_slit_scan_delays_each_line_by_its_position(at: At) -> None:
    values = [0.0, 0.125, 0.25, 0.375, 0.5, 0.625]
    for towards, axis, order in (("down", 0, 1), ("up", 0, -1), ("right", 1, 1), ("left", 1, -1)):
        effect = SlitScan.model_validate({"frames": 3, "towards": towards})
        for index, value in enumerate(values):
            frame = plain(value)
            scanned = effect.apply(frame, at(index, frame))
            lines = scanned[:, 0, 0] if axis == 0 else scanned[0, :, 0]
            ages = np.repeat([0, 1, 2, 3], 2)[::order]
            expected = [values[max(0, index - age)] for age in ages]
            np.testing.assert_array_equal(lines, np.array(expected, np.float32))


def test_slit_scan_restarts_when_its_length_changes(at: At) -> None:
    frames = [plain(value) for value in (0.0, 0.25, 0.5, 0.75)]
    for before, after in ((1, 5), (5, 1)):
        effect = SlitScan(frames=before)
        for index, frame in enumerate(frames[:3]):
            effect.apply(frame, at(index, frame))
        effect.frames = after
        np.testing.assert_array_equal(effect.apply(frames[3], at(3, frames[3])), frames[3])


def test_changing_a_rate_does_not_make_the_motion_jump(at: At) -> None:
    frame = plain(1.0, 4, 64)
    effect, rows = Scanlines(roll=24.0, spacing=64.0, strength=0.9), []
    for index in range(240):
        effect.roll = 24.0 if index < 200 else 0.0
        rows.append(int(effect.apply(frame, at(index, frame))[:, 0, 0].argmin()))
    moved = np.diff(rows) % 64
    assert (moved[:199] == 1).all()
    assert (moved[200:] == 0).all()


def test_the_phase_of_perlin_noise_accumulates_in_its_state(at: At) -> None:
    frame = plain(0.5, 48, 48)
    effect = Noise(pattern="perlin", drift=1.0)
    for index in range(7):
        effect.apply(frame, at(index, frame))
    assert float(effect.state()["phase"]) == pytest.approx(7 / 24)
