"""Sounds of a film: their names, the curves that use them, and errors of bad ones."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from predictors import Still

from artengine.audio import FEATURES, RATE
from artengine.audio.decode import samples
from artengine.catalog import Catalog
from artengine.curves.unknown import SOUND
from artengine.dream.curve_plot import draw
from artengine.dream.curve_values import curve_values, try_curves
from artengine.dream.preview import preview
from artengine.dream.remarks import curve_remarks
from artengine.dream.render import render
from artengine.dream.session import Dream
from artengine.dream.targets import targets
from artengine.errors import PresetError, SourceError
from artengine.ffmpeg import Sound
from artengine.preset import Preset, parse_preset
from artengine.preset.layer import Layer
from artengine.writer import Film

STRUCK = 0.25 + 0.5 * np.arange(8)


@pytest.fixture(autouse=True)
def clicks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of four seconds at 120 clicks a minute, in the working folder."""
    monkeypatch.chdir(tmp_path)
    rate = 44_100
    sound = np.zeros(4 * rate)
    for at in STRUCK:
        first = round(at * rate)
        sound[first : first + 220] += 0.9 * np.exp(-np.arange(220) / 40)
    with wave.open("clicks.wav", "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return tmp_path / "clicks.wav"


def preset_of(catalog: Catalog, **changes: Any) -> Preset:
    table: dict[str, Any] = {
        "source": {"use": "synthetic"},
        "model": {"use": "swift"},
        "dream": {"frames": 96, "size": [16, 16], "fps": 24},
        "time": {"bpm": 120, "offset": 0.25},
        "audio": {"music": {"path": "clicks.wav", "kick": {"release": 0.05}}},
        "output": [{"use": "levels", "brightness": "0.5 * kick"}],
        **changes,
    }
    return parse_preset(table, catalog, name="test")


def test_brightness_follows_every_click(catalog: Catalog) -> None:
    preset = preset_of(catalog, output=[{"use": "levels", "brightness": "0.5 * kick"}])
    with Dream(preset, predict=Still()) as dream:
        light = np.array([picture.mean() for picture in dream])
    risen = np.flatnonzero(np.diff(light) > 20) + 1
    np.testing.assert_allclose(risen / 24, STRUCK, atol=0.5 / 24)
    # Between clicks the picture is as dark as at the beginning.
    assert np.abs(light[risen - 1] - light[0]).max() < 2


def test_feature_names_of_one_sound_and_of_several(catalog: Catalog) -> None:
    one = preset_of(catalog)
    assert {"kick", "music.kick", "music.beat", "music.bar"} < one.names
    music: dict[str, Any] = {"path": "clicks.wav"}
    both = {"music": music, "drums": {**music, "voice": {"band": [300, 3400]}}}
    curves = {"a": "music.kick + drums.voice", "kick": "0.5 * drums.kick"}
    two = preset_of(catalog, audio=both, curves=curves, output=[])
    assert "hat" not in two.names
    assert two.names >= {"drums.voice", "kick", "a"}
    with pytest.raises(PresetError, match=r"several sounds: write drums\.kick or music\.kick"):
        preset_of(catalog, audio=both)
    with pytest.raises(PresetError, match=r"name one, as \[audio\.music\]"):
        preset_of(catalog, audio={})
    with pytest.raises(PresetError, match=r'"music" is a sound; .*, as music\.kick$'):
        preset_of(catalog, curves={"a": "music"})
    assert tuple(FEATURES) == SOUND


def test_a_named_curve_hides_a_feature(catalog: Catalog) -> None:
    preset = preset_of(catalog, curves={"kick": "0.25", "own": "kick", "theirs": "music.kick"})
    result = curve_values(preset, 24.0).values
    assert set(result["curves.own"]) == {0.25}
    assert result["curves.theirs"].max() == 1.0


def test_beat_and_bar_are_phases(catalog: Catalog) -> None:
    curves = {"beat_": "music.beat", "bar_": "music.bar", "count": "beat"}
    result = curve_values(preset_of(catalog, curves=curves), 24.0).values
    np.testing.assert_allclose(result["curves.beat_"], result["curves.count"] % 1, atol=1e-9)
    np.testing.assert_allclose(result["curves.bar_"], result["curves.count"] / 4 % 1, atol=1e-9)


def test_start_shifts_the_sound(catalog: Catalog) -> None:
    late = preset_of(catalog, audio={"music": {"path": "clicks.wav", "start": -1.0}})
    early = preset_of(catalog, audio={"music": {"path": "clicks.wav", "start": 0.5}})
    plain = preset_of(catalog, audio={"music": {"path": "clicks.wav"}})
    values = [
        curve_values(each, 24.0).values["output.levels.brightness"] for each in (late, plain, early)
    ]
    assert values[0][:24].max() == 0.0
    np.testing.assert_allclose(values[0][24:], values[1][:-24])
    np.testing.assert_allclose(values[2][12:24], values[1][24:36], atol=1e-9)


def test_a_preview_has_the_same_sound(catalog: Catalog) -> None:
    preset = preset_of(catalog, curves={"loud": "music.rms"})
    small = preview(preset, fps=24.0, size=(16, 16))
    assert small.dream.frames == 48
    whole, short = curve_values(preset, 24.0), curve_values(small, small.dream.fps or 0.0)
    # The preview's frames have other times, but each click brightens one of them.
    for find_beats in (whole, short):
        peaks = np.flatnonzero(find_beats.values["output.levels.brightness"] > 0.45)
        np.testing.assert_allclose(
            peaks / find_beats.fps, STRUCK, atol=0.5 / find_beats.fps + 0.002
        )


def test_the_plot_shows_the_sound(catalog: Catalog, tmp_path: Path) -> None:
    preset = preset_of(catalog)
    result = curve_values(preset, 24.0)
    assert list(result.waves) == ["music"]
    assert result.waves["music"].max() == pytest.approx(1.0)
    assert result.as_data()["sounds"]["music"][0] == 0.0
    draw(result, preset.curves_by_address(), tmp_path / "with.png", "with")
    silent = preset_of(catalog, audio={}, output=[{"use": "levels", "brightness": "0.1 * t"}])
    without = curve_values(silent, 24.0)
    draw(without, silent.curves_by_address(), tmp_path / "without.png", "without")
    with Image.open(tmp_path / "with.png") as one, Image.open(tmp_path / "without.png") as two:
        assert one.height > two.height


def test_extending_edits_one_key(catalog: Catalog) -> None:
    preset = preset_of(catalog)
    changed = preset.with_values({"audio.music.gain": 0.5, "audio.music.kick.floor": 0.1})
    assert changed.audio["music"].gain == 0.5
    assert changed.audio["music"].shapes["kick"].release == 0.05
    document = preset.document.copy()
    layer = Layer("test", Path.cwd())
    document.lay({"audio": {"music": {"gain": 2.0, "kick": {"floor": 0.3}}}}, layer)
    music = document.table["audio"]["music"]
    assert music["path"] == "clicks.wav"
    assert music["kick"] == {"release": 0.05, "floor": 0.3}


@pytest.mark.parametrize(
    ("audio", "message"),
    [
        ([{"path": "clicks.wav"}], r"audio: a table is needed; write \[audio\.music\]"),
        ({"music": "clicks.wav"}, r"audio\.music: a table is needed"),
        (
            {"m": {"path": "clicks.wav", "start": {"keys": {"0s": 1}}}},
            r"start: .*a number of seconds from -8",
        ),
        ({"m": {"path": ""}}, r"path: .*allowed: a text that is not empty"),
        ({"path": "clicks.wav"}, r"audio\.path: .*inside of a table with a name"),
        ({"sin": {"path": "clicks.wav"}}, r"audio\.sin: every expression knows sin"),
        ({"a-b": {"path": "clicks.wav"}}, r"audio\.a-b: .* is no name"),
        ({"m": {}}, r"audio\.m\.path: missing"),
        ({"m": {"path": "clicks.wav", "gian": 1}}, r'gian: unknown \(did you mean "gain"\?\)'),
        ({"m": {"path": "clicks.wav", "kick": 1}}, r"kick: a table is needed"),
        ({"m": {"path": "clicks.wav", "kik": {}}}, r'no feature \(did you mean "kick"\?\)'),
        ({"m": {"path": "clicks.wav", "kick": {"band": [1, 2]}}}, "has a band already"),
        ({"m": {"path": "clicks.wav", "v": {"band": [9, 2]}}}, "must be below the highest"),
        (
            {"m": {"path": "clicks.wav", "kick": {"release": -1}}},
            "allowed: a number of seconds from 0",
        ),
        ({"m": {"path": "/etc/passwd"}}, "outside of the folders"),
        ({f"m{n}": {"path": "clicks.wav"} for n in range(17)}, "allowed: 16"),
    ],
)
def test_mistakes_in_sounds_are_reported(catalog: Catalog, audio: Any, message: str) -> None:
    with pytest.raises(PresetError, match=message):
        preset_of(catalog, audio=audio, output=[])


def test_bad_sounds_are_reported_before_the_first_frame(catalog: Catalog, tmp_path: Path) -> None:
    for path, message in {
        "none.wav": "there is no file",
        ".": "is a folder",
        "source": "has no sound of its own",
    }.items():
        preset = preset_of(catalog, audio={"music": {"path": path}}, output=[])
        with pytest.raises(SourceError, match=rf"^audio\.music\.path: .*{message}"):
            try_curves(preset, 24.0)


def test_silence_is_reported(catalog: Catalog) -> None:
    with wave.open("silence.wav", "wb") as file:
        file.setparams((2, 2, 48_000, 0, "NONE", ""))
        file.writeframes(bytes(48_000))
    preset = preset_of(catalog, audio={"music": {"path": "silence.wav"}})
    assert curve_remarks(preset, 24.0) == ["audio.music: it is silent, so that its features stay 0"]
    assert curve_values(preset, 24.0).values["output.levels.brightness"].max() == 0.0
    over = preset_of(catalog, audio={"music": {"path": "clicks.wav", "start": 9}})
    (remark,) = curve_remarks(over, 24.0)
    assert "begins at 9 s of the sound, which is 4 s long" in remark


def test_the_content_of_a_sound_is_part_of_the_identity(catalog: Catalog, clicks: Path) -> None:
    preset = preset_of(catalog)
    first = Dream(preset, predict=Still()).identity
    data = bytearray(clicks.read_bytes())
    data[-1] ^= 1
    clicks.write_bytes(bytes(data))
    assert Dream(preset, predict=Still()).identity != first
    assert "clicks.wav" in Dream(preset, predict=Still()).resolved.recipe(clicks.parent)


@pytest.mark.parametrize("speed", [1.0, 1.6])
def test_the_clip_s_own_sound_begins_where_the_film_does(
    catalog: Catalog, clicks: Path, tmp_path: Path, speed: float
) -> None:
    film = Film((32, 32), 24.0, 96, sounds=(Sound(clicks),))
    sink = catalog.get("writer", "mp4")().open(tmp_path / "clip.mp4", film)
    for number in range(96):
        sink.write(np.full((32, 32, 3), number, np.uint8))
    sink.close()
    preset = preset_of(
        catalog,
        source={"use": "video", "path": "clip.mp4", "speed": speed},
        dream={"frames": 48, "size": [16, 16], "start": 0.5},
        audio={"own": {"path": "source"}},
        curves={"hit": "own.kick"},
    )
    with Dream(preset, predict=Still()) as dream:
        begins = dream.source_time
        assert begins is not None
        assert begins > 0.5
        hit = [turn.values["hit"] for turn in dream.turns()]
    expected = [at for at in (STRUCK - begins) / speed if 0 <= at < 2]
    risen = (np.flatnonzero(np.diff(hit) > 0.3) + 1) / 24
    np.testing.assert_allclose(risen, expected, atol=0.5 / 24 + 0.002)

    to = targets(preset, catalog, [tmp_path / "film.mp4"], tmp_path)
    result = render(preset, catalog, to, predict=Still())
    sound = np.concatenate(list(samples(result.files[0])))
    loud = np.flatnonzero(np.abs(sound) > 0.3)
    struck = loud[np.diff(loud, prepend=-RATE) > RATE // 10] / RATE
    np.testing.assert_allclose(struck, expected, atol=0.003)
    assert abs(len(sound) / RATE - 48 / 24) <= 0.02


def test_a_film_may_be_as_long_as_its_sound(catalog: Catalog) -> None:
    def film(**audio: Any) -> Preset:
        dream = {"frames": "audio", "size": [16, 16], "fps": 24}
        return preset_of(catalog, dream=dream, audio=audio, output=[])

    music = {"path": "clicks.wav"}
    preset = film(music=music)
    assert preset.dream.frames == 96
    assert preset.with_values({"dream.fps": 10.0}).dream.frames == 40
    assert preset.with_values({"dream.frames": 5}).dream.frames == 5
    assert film(music={**music, "start": 0.51}).dream.frames == 84
    assert film(music=music, late={**music, "start": -1}).dream.frames == 120
    for audio, message in {
        (): "needs a sound file",
        ("source",): "needs a sound file",
        ("none.wav",): "there is no file",
    }.items():
        with pytest.raises(PresetError, match=rf"dream\.frames: .*{message}"):
            film(**{f"m{n}": {"path": path} for n, path in enumerate(audio)})
    with pytest.raises(PresetError, match="over before the film begins"):
        film(music={**music, "start": 5})


def find_beats(monkeypatch: pytest.MonkeyPatch, beats: list[float] | None) -> None:
    """Replace librosa: it finds these beats, or is not installed."""
    monkeypatch.setenv("ARTENGINE_CACHE", str(Path("cache").absolute()))
    monkeypatch.setattr("artengine.audio.cache.beats_of", lambda _: beats)


def test_beats_of_a_sound_set_the_tempo(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    find_beats(monkeypatch, [0.25, 0.75, 1.25, 1.65, 2.05, 2.45])
    preset = preset_of(
        catalog,
        time={"bpm": "music", "beats_per_bar": 2},
        audio={"music": {"path": "clicks.wav", "start": 0.5}},
        curves={"place": "beat", "up": {"keys": {"0b": 0, "4b": 4}}},
        output=[
            {"use": "levels", "gamma": {"keys": {"0b": 1, "1b": 2}, "repeat": "1b"}},
        ],
    )
    values = curve_values(preset, 20.0)
    assert values.beats()[:6] == pytest.approx([0.25, 0.75, 1.15, 1.55, 1.95, 2.39])
    assert values.tempo.bpm == pytest.approx(60 * 5 / 2.2)
    place = values.values["curves.place"]
    # The film's first beat is beat 0; beats are interpolated, and extrapolated beyond the ends.
    assert place[[5, 15, 19, 23, 31, 39]] == pytest.approx([0, 1, 1.5, 2, 3, 4])
    assert place[0] == pytest.approx(-0.25 / 0.44)
    assert place[-1] == pytest.approx(4 + (95 / 20 - 1.95) / 0.44)
    assert values.values["curves.up"][[5, 39]] == pytest.approx([0, 4])
    gamma = values.values["output.levels.gamma"]
    np.testing.assert_allclose(gamma[5:40], 1 + (place[5:40] + 1e-9) % 1, atol=1e-6)
    later = preset.with_values({"time.offset": 0.1})
    assert curve_values(later, 20.0).beats()[1] == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("beats", "message"),
    [
        (None, 'time.bpm: beats are found by librosa; install it with: python -m pip install "art'),
        ([], "time.bpm: no beats are found in audio.music; write a number of beats a minute"),
    ],
)
def test_missing_beats_are_reported_before_the_film(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, beats: Any, message: str
) -> None:
    find_beats(monkeypatch, beats)
    with pytest.raises(SourceError) as error:
        try_curves(preset_of(catalog, time={"bpm": "music"}), 24.0)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("time", "audio", "message"),
    [
        ({"bpm": "musik"}, {}, r'time\.bpm: "musik" given, .* \(did you mean "music"\?\)'),
        ({"bpm": "a"}, {"audio": {}, "output": []}, r"no sound; allowed: beats a minute, as 120"),
        ({"bpm": 0}, {}, r"time\.bpm: 0 given; allowed: a number from 1 to 1000 or a text"),
    ],
)
def test_an_invalid_tempo_is_refused(catalog: Catalog, time: Any, audio: Any, message: str) -> None:
    with pytest.raises(PresetError, match=message):
        preset_of(catalog, time=time, **audio)


def test_librosa_finds_the_beats_of_drums(catalog: Catalog) -> None:
    pytest.importorskip("librosa")
    values = curve_values(preset_of(catalog, time={"bpm": "music"}), 24.0)
    np.testing.assert_allclose(values.beats()[:7], STRUCK[:7], atol=0.012)
