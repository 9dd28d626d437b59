"""Audio features: their timing, their values, and the errors of bad files."""

from __future__ import annotations

import os
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from artengine import folders
from artengine.audio import FEATURES, FeatureSignal, PlacedTrack, Shape, Track, analysed
from artengine.audio.analysis import HOP, analyse
from artengine.audio.decode import RATE, samples
from artengine.curves import Clock, SignalContext
from artengine.errors import SourceError

Wave = npt.NDArray[np.float32]
CLICK: Wave = (0.9 * np.exp(-np.arange(220) / 40)).astype(np.float32)
HOUR = 3600


def write(path: Path, sound: Wave, rate: int = 44_100) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


def clicks(seconds: float, times: Sequence[float], rate: int = 44_100) -> Wave:
    sound = np.zeros(round(seconds * rate), np.float32)
    for at in times:
        first = round(at * rate)
        sound[first : first + len(CLICK)] += CLICK[: len(sound) - first]
    return sound


def tone(frequency: float, seconds: float = 1.0, rate: int = 44_100) -> Wave:
    angle = 2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(angle)).astype(np.float32)


def feature_values(track: Track, name: str, fps: float, frames: range) -> npt.NDArray[np.float64]:
    signal = FeatureSignal(PlacedTrack(track, 0.0), name)
    return np.array([signal.at(SignalContext(Clock(n, fps))) for n in frames])


def onsets(track: Track, fps: float, frames: range) -> npt.NDArray[np.float64]:
    """Return the times at which `kick` jumps up, in seconds."""
    values = feature_values(track, "kick", fps, range(frames.start - 1, frames.stop))
    return (np.flatnonzero(np.diff(values) > 0.3) + frames.start) / fps


@pytest.mark.parametrize("fps", [24, 25, 29.97, 60])
def test_every_click_is_detected_at_the_nearest_frame(tmp_path: Path, fps: float) -> None:
    struck = 0.11 + 0.5 * np.arange(18)
    track = Track(analysed(write(tmp_path / "clicks.wav", clicks(10, struck.tolist()))))
    result = onsets(track, fps, range(1, int(10 * fps)))
    assert len(result) == len(struck)
    assert np.abs(result - struck).max() <= 0.5 / fps + 0.002


def test_onsets_do_not_drift_over_an_hour() -> None:
    """120 clicks a minute in the first and the last minute, and silence between."""
    struck = [0.5 * number for number in range(1, 119)]
    minute = clicks(60, struck, RATE)
    silence = np.zeros(1 << 20, np.float32)
    rest = HOUR * RATE - 2 * len(minute)
    blocks = [minute, *[silence] * (rest // len(silence)), silence[: rest % len(silence)], minute]
    track = Track(analyse(blocks, {}))
    assert track.seconds == HOUR
    for number in (0, 59):
        for fps in (24, 30):
            first = 60 * number * fps
            result = onsets(track, fps, range(first + 1, first + 60 * fps))
            np.testing.assert_allclose(result, np.array(struck) + 60 * number, atol=0.5 / fps)


def test_resampling_keeps_the_time_of_each_sample(tmp_path: Path) -> None:
    """Resampling from 44,100 Hz gains and loses no sample over minutes."""
    struck = [0.5, 150.25, 299.5]
    result = np.concatenate(list(samples(write(tmp_path / "long.wav", clicks(300, struck)))))
    assert len(result) == 300 * RATE
    for at in struck:
        peak = np.argmax(np.abs(result[round((at - 0.1) * RATE) : round((at + 0.1) * RATE)]))
        assert abs(peak / RATE - 0.1) < 0.0005


def test_each_band_responds_to_its_tone(tmp_path: Path) -> None:
    sound = np.concatenate([tone(100), tone(800), tone(5000)])
    bands = {"voice": (700.0, 900.0)}
    track = Track(analysed(write(tmp_path / "tones.wav", sound), bands), bands=("voice",))
    assert track.names == (*FEATURES, "voice")
    heard = {
        name: [track.at(name, at, at + 0.04) for at in (0.5, 1.5, 2.5)] for name in track.names
    }
    for name, loudest in {"low": 0, "mid": 1, "high": 2, "voice": 1}.items():
        assert int(np.argmax(heard[name])) == loudest
        assert heard[name][loudest] > 0.9
        assert sorted(heard[name])[1] < 0.1
    assert heard["centroid"][0] < heard["centroid"][1] < heard["centroid"][2]


def test_chroma_names_the_note(tmp_path: Path) -> None:
    notes = {"C": 523.25, "E": 659.26, "A": 440.0}
    sound = np.concatenate([tone(frequency) for frequency in notes.values()])
    track = Track(analysed(write(tmp_path / "notes.wav", sound)))
    results = [round(12 * track.at("chroma", at, at + 0.04)) for at in (0.5, 1.5, 2.5)]
    assert results == [0, 4, 9]


def test_attack_release_and_floor(tmp_path: Path) -> None:
    path = write(tmp_path / "one.wav", clicks(3, [1.0, 2.0]))
    analysis = analysed(path)
    plain = Track(analysis, {"kick": Shape(release=0.2)})
    assert plain.at("kick", 0.99, 1.03) == 1.0
    assert plain.at("kick", 1.201, 1.22) == pytest.approx(np.exp(-1), abs=0.02)
    slow = Track(analysis, {"kick": Shape(attack=0.1, release=1.0)})
    assert slow.at("kick", 0.98, 1.02) < 0.3 < slow.at("kick", 1.18, 1.22)
    held, short = (Track(analysis, {"rms": Shape(release=r)}) for r in (0.5, 0.0))
    assert held.at("rms", 1.5, 1.51) == pytest.approx(np.exp(-1), abs=0.03)
    assert short.at("rms", 1.5, 1.51) == 0.0
    floored, value = Track(analysis, {"rms": Shape(floor=0.2)}), short.at("rms", 1.004, 1.006)
    assert floored.at("rms", 1.004, 1.006) == pytest.approx((value - 0.2) / 0.8, abs=1e-6)
    risen = Track(analysis, {"rms": Shape(attack=0.02)})
    assert 0.0 < risen.at("rms", 0.99, 1.02) < short.at("rms", 0.99, 1.02)


def test_silence_has_features_of_0(tmp_path: Path) -> None:
    track = Track(analysed(write(tmp_path / "silence.wav", np.zeros(44_100, np.float32))))
    assert track.silent
    for name in track.names:
        assert feature_values(track, name, 25, range(-5, 40)).tolist() == [0.0] * 45


def test_a_sound_shorter_than_a_window_is_analysed(tmp_path: Path) -> None:
    track = Track(analysed(write(tmp_path / "short.wav", np.full(60, 0.5, np.float32))))
    assert 0 < track.seconds < 0.002
    assert np.isfinite([track.at(name, -0.02, 0.02) for name in track.names]).all()


def test_values_stay_in_0_to_1(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    noise = (rng.normal(size=66_150) * np.linspace(0, 0.3, 66_150) ** 2).astype(np.float32)
    track = Track(analysed(write(tmp_path / "noise.wav", np.clip(noise, -1, 1))))
    for name in track.names:
        values = feature_values(track, name, 30, range(50))
        assert values.min() >= 0.0
        assert values.max() <= 1.0


def test_the_block_size_does_not_change_the_analysis(tmp_path: Path) -> None:
    sound = np.random.default_rng(4).normal(size=9_999).astype(np.float32) * 0.1
    whole = analyse([sound], {})
    parts = analyse(np.array_split(sound, 37), {})
    assert len(whole.rows["rms"]) == len(sound) // HOP + 1
    for name, row in whole.rows.items():
        np.testing.assert_allclose(parts.rows[name], row, rtol=1e-4, atol=1e-4, err_msg=name)


def test_analyses_are_cached_by_content(tmp_path: Path) -> None:
    one = write(tmp_path / "one.wav", clicks(1, [0.3]))
    first = analysed(one)
    kept = folders.cache() / "audio"
    count = len(list(kept.iterdir()))
    (tmp_path / "two.wav").write_bytes(one.read_bytes())
    second = analysed(tmp_path / "two.wav")
    assert len(list(kept.iterdir())) == count
    assert second.seconds == first.seconds
    np.testing.assert_array_equal(second.rows["flux"], first.rows["flux"])
    for file in kept.iterdir():
        file.write_bytes(b"broken")
    (tmp_path / "three.wav").write_bytes(one.read_bytes())
    assert analysed(tmp_path / "three.wav").seconds == first.seconds


def error_of(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        analysed(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_files_without_sound_are_refused(tmp_path: Path, bikes: Path) -> None:
    assert "there is no file" in error_of(tmp_path / "none.wav")
    assert "is a folder; give a sound or video file" in error_of(tmp_path)
    empty = tmp_path / "empty.wav"
    empty.write_bytes(b"")
    assert "is empty (0 bytes)" in error_of(empty)
    assert "holds no sound" in error_of(write(tmp_path / "zero.wav", np.zeros(0, np.float32)))
    text = tmp_path / "text.mp3"
    text.write_text("no sound", encoding="utf-8")
    assert "holds no sound" in error_of(text)
    assert "holds no sound" in error_of(bikes)
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\n/etc/hosts\n", encoding="utf-8")
    assert "holds no sound" in error_of(playlist)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert "is not a regular file" in error_of(tmp_path / "pipe.wav")


def test_a_sound_that_is_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artengine.audio.decode.MOST_SECONDS", 1)
    path = write(tmp_path / "long.wav", np.zeros(2 * 44_100, np.float32))
    with pytest.raises(SourceError, match="is longer than"):
        list(samples(path))


def test_samples_that_are_not_finite_become_0(tmp_path: Path) -> None:
    sound = np.array([np.nan, np.inf, -np.inf, 1e30] * 6000, "<f4")
    head = b"RIFF" + (36 + sound.nbytes).to_bytes(4, "little") + b"WAVEfmt "
    head += (16).to_bytes(4, "little") + (3).to_bytes(2, "little") + (1).to_bytes(2, "little")
    head += RATE.to_bytes(4, "little") + (4 * RATE).to_bytes(4, "little")
    head += (4).to_bytes(2, "little") + (32).to_bytes(2, "little")
    path = tmp_path / "odd.wav"
    path.write_bytes(head + b"data" + sound.nbytes.to_bytes(4, "little") + sound.tobytes())
    track = Track(analysed(path))
    for name in track.names:
        assert np.isfinite(feature_values(track, name, 25, range(25))).all()
