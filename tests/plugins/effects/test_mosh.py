"""Effects of damaged video streams: moshing by motion and by a codec, and misplaced blocks."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from artengine.api import Frame, FrameContext, PluginError
from artengine_plugins.effects.block_glitch import BlockGlitch
from artengine_plugins.effects.codec_mosh import CodecMosh
from artengine_plugins.effects.mosh_bloom import MoshBloom
from artengine_plugins.effects.motion_lag import MotionLag
from artengine_plugins.effects.p_frames import PFrames
from artengine_plugins.imaging import codec

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]


def texture(step: float) -> Frame:
    """Return a smooth texture, moved to the right by so many pixels."""
    columns, rows = np.arange(128)[None, :] - step, np.arange(96)[:, None]
    light = 0.5 + 0.3 * np.sin(columns / 5.0) * np.cos(rows / 7.0) + 0.1 * np.sin(columns / 17.0)
    return np.repeat(light[..., None], 3, axis=2).astype(np.float32)


def ramp() -> Frame:
    """Return a horizontal ramp: the value of a pixel identifies the column it came from."""
    values = np.arange(128, dtype=np.float32) / 128
    return np.ascontiguousarray(np.broadcast_to(values[None, :, None], (96, 128, 3)))


def displacement(shown: Frame) -> float:
    """Return by how many pixels the ramp was moved to the right."""
    return float(-128 * (shown - ramp())[24:72, 40:88].mean())


def test_mosh_bloom_repeats_the_last_motion_until_its_time_is_over(at: At) -> None:
    effect, frame = MoshBloom(seconds=0.5, drag=1.0), ramp()
    for index in range(2):
        effect.apply(frame, at(index, texture(2.0 * index)))
    for index in range(2, 10):
        shown = effect.apply(frame, at(index, texture(2.0)))
    assert displacement(shown) == pytest.approx(16.0, rel=0.25)
    for index in range(10, 15):
        shown = effect.apply(frame, at(index, texture(2.0)))
    assert abs(displacement(shown)) < 1.0, "after half a second there is a new picture"


def test_motion_lag_delays_the_motion(at: At) -> None:
    effect, frame = MotionLag(frames=8, drag=1.0, refresh=0.0), ramp()
    displacements = []
    for index in range(24):
        place = 0.0 if index < 9 else min(16.0, 2.0 * (index - 8))
        displacements.append(displacement(effect.apply(frame, at(index, texture(place)))))
    assert abs(displacements[16]) < 2.0, "the motion of the last eight frames has not arrived"
    assert displacements[23] > 8.0


def test_p_frames_add_the_changes_of_the_footage_to_the_dream(at: At) -> None:
    frame = np.full((96, 128, 3), 0.5, np.float32)
    effect = PFrames(seconds=0.5)
    still = texture(0.0)
    for index in range(3):
        shown = effect.apply(frame, at(index, still))
    np.testing.assert_allclose(shown, frame, atol=0.05)
    lit = effect.apply(frame, at(3, still + np.float32(0.2)))
    assert lit.mean() == pytest.approx(0.7, abs=0.03), "what became brighter is drawn"
    for index in range(4, 13):
        shown = effect.apply(frame, at(index, still))
    np.testing.assert_array_equal(shown, frame)


def test_block_glitch_moves_whole_blocks_and_holds_them(random: Random, at: At) -> None:
    frame = random(64, 64)
    effect = BlockGlitch(amount=0.4, size=0.125, colour=0.0, seconds=1.0)
    glitched = effect.apply(frame, at(0, frame))
    blocks = (glitched != frame).any(axis=2).reshape(8, 8, 8, 8).transpose(0, 2, 1, 3)
    changed = blocks.reshape(64, 64).mean(axis=1) > 0.5
    assert 0.15 < changed.mean() < 0.7
    colours = {tuple(pixel) for pixel in frame.reshape(-1, 3)}
    assert {tuple(pixel) for pixel in glitched.reshape(-1, 3)} <= colours
    unchanged = [np.array_equal(effect.apply(frame, at(i, frame)), glitched) for i in range(1, 120)]
    assert unchanged[0] or unchanged[1]
    assert not unchanged[-1]
    none = BlockGlitch(amount=0.0).apply(frame, at(0, frame))
    np.testing.assert_array_equal(none, frame)
    rotated = BlockGlitch(amount=1.0, distance=0.0, colour=1.0).apply(frame, at(0, frame))
    np.testing.assert_array_equal(rotated, frame[..., [1, 2, 0]])


def test_codec_residuals_are_applied_to_another_picture_than_their_own() -> None:
    held = np.full((48, 64, 3), 200, np.uint8)
    held[16:32, 16:32] = 20
    before = np.full((48, 64, 3), 90, np.uint8)
    # Without a change in the footage, no residual is drawn.
    still = codec.predicted_upon(held, before, before, 2)
    assert np.abs(still.astype(int) - held).mean() < 3
    # Where the footage changes strongly, its blocks become visible.
    after = before.copy()
    after[:, 32:48] = 160
    broken = codec.predicted_upon(held, before, after, 2).astype(int)
    assert np.abs(broken[:, 34:46] - 160).mean() < 5
    assert np.abs(broken[:, :30] - held[:, :30]).mean() < 3


def test_codec_mosh_keeps_the_dream_and_takes_the_footages_motion(shots: Shots, at: At) -> None:
    real = shots(96, 64)
    dream = np.ascontiguousarray(real[0][:, ::-1])
    effect = CodecMosh(seconds=0.2)
    shown = [effect.apply(dream, at(index, real[index])) for index in range(5)]
    np.testing.assert_array_equal(shown[0], dream)
    assert np.abs(shown[1] - dream).mean() > 0.01
    to_dream, to_footage = (float(np.abs(shown[1] - f).mean()) for f in (dream, real[1]))
    assert to_dream < to_footage
    # A key frame follows after a fifth of a second.
    assert [np.array_equal(frame, dream) for frame in shown] == [True, *[False] * 4]
    assert np.array_equal(effect.apply(dream, at(5, real[5])), dream)


def test_codec_mosh_reports_errors_of_ffmpeg(
    monkeypatch: pytest.MonkeyPatch, random: Random, at: At
) -> None:
    monkeypatch.setattr(codec, "_encoding", lambda size, quantiser: ["-i", "no-such-file"])
    effect, frame = CodecMosh(), random(16, 16)
    effect.apply(frame, at(0, frame))
    with pytest.raises(PluginError, match=r"^ffmpeg failed and said: .*No such file") as raised:
        effect.apply(frame, at(1, frame))
    assert "\n" not in str(raised.value)


def test_an_interrupt_leaves_no_ffmpeg_process_running(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Interrupted(subprocess.Popen[bytes]):
        def communicate(self, *_given: Any, **_how: Any) -> tuple[bytes, bytes]:
            started.append(self)
            raise KeyboardInterrupt

    start = codec._started

    def recording(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        started.append(start(arguments))
        return started[-1]

    monkeypatch.setattr(codec, "_started", recording)
    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    picture = np.zeros((16, 16, 3), np.uint8)
    with pytest.raises(KeyboardInterrupt):
        codec.predicted_upon(picture, picture, picture, 2)
    assert len({process.pid for process in started}) == 2
    assert all(process.returncode is not None for process in started)
