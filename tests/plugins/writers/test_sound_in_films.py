"""Sound in films: it starts and ends with the pictures, and clicks are at the right times."""

from __future__ import annotations

import re
import subprocess
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from artengine.api import Film, Sound, WriterError, ffmpeg_executable, probe
from artengine.catalog import Catalog

RATE = 48_000
WRITERS = {".mp4": "mp4", ".mov": "mp4", ".webm": "webm", ".prores.mov": "prores"}


@pytest.fixture(scope="module")
def clicks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds at 120 clicks a minute from 0.25 s on."""
    sound = np.zeros(10 * 44_100)
    for at in np.arange(0.25, 10, 0.5):
        first = round(at * 44_100)
        sound[first : first + 220] += 0.9 * np.exp(-np.arange(220) / 40)
    path = tmp_path_factory.mktemp("sound") / "clicks.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


def write_film(
    catalog: Catalog, path: Path, sounds: tuple[Sound, ...], frames: int = 60, fps: float = 24.0
) -> Path:
    use = next(use for ending, use in WRITERS.items() if path.name == f"film{ending}")
    film = Film((64, 48), fps, frames, "recipe = 1\n", "film", None, sounds)
    sink = catalog.get("writer", use)().open(path, film)
    for number in range(frames):
        sink.write(np.full((48, 64, 3), number % 255, np.uint8))
    sink.close()
    return path


def decoded_sound(path: Path) -> npt.NDArray[np.float32]:
    command = [ffmpeg_executable(), "-loglevel", "error", "-i", str(path), "-map", "0:a"]
    command += ["-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<f4")


def click_times(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    loud = np.flatnonzero(np.abs(sound) > 0.2 * np.abs(sound).max())
    return loud[np.diff(loud, prepend=-RATE) > RATE // 10] / RATE


def start_times(path: Path) -> list[float]:
    """Return the start time of each stream, in seconds."""
    command = [ffmpeg_executable(), "-hide_banner", "-copyts", "-i", str(path), "-map", "0"]
    command += ["-f", "framecrc", "-c:v", "rawvideo", "-c:a", "pcm_s16le", "-"]
    lines = subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()
    bases = [re.split("[:/]", line)[1:] for line in lines if line.startswith("#tb")]
    rows = [line.split(",") for line in lines if not line.startswith("#")]
    first = [next(row for row in rows if int(row[0]) == n) for n in range(len(bases))]
    return [
        int(row[2]) * int(base[0]) / int(base[1]) for row, base in zip(first, bases, strict=True)
    ]


@pytest.mark.parametrize("ending", WRITERS)
def test_sound_and_pictures_begin_and_end_together(
    catalog: Catalog, clicks: Path, tmp_path: Path, ending: str
) -> None:
    path = write_film(catalog, tmp_path / f"film{ending}", (Sound(clicks, 0.5),))
    pictures, sound = start_times(path)
    assert abs(pictures - sound) <= 0.02
    sound_track = decoded_sound(path)
    assert abs(len(sound_track) / RATE - 60 / 24) <= 0.02
    assert probe(path).timing.seconds == pytest.approx(60 / 24, abs=0.02)
    np.testing.assert_allclose(click_times(sound_track), np.arange(0.25, 2.5, 0.5), atol=0.002)
    writer = catalog.get("writer", WRITERS[ending])
    assert writer.read_recipe(path) == "recipe = 1\n"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_sound_can_begin_late_and_end_early(
    catalog: Catalog, clicks: Path, tmp_path: Path
) -> None:
    late = decoded_sound(write_film(catalog, tmp_path / "film.mp4", (Sound(clicks, -1.0),)))
    np.testing.assert_allclose(click_times(late), [1.25, 1.75, 2.25], atol=0.002)
    (tmp_path / "film.mp4").unlink()
    early = decoded_sound(write_film(catalog, tmp_path / "film.mp4", (Sound(clicks, 9.0),)))
    np.testing.assert_allclose(click_times(early), [0.25, 0.75], atol=0.002)
    assert abs(len(early) / RATE - 2.5) <= 0.02


def test_several_sounds_are_mixed_by_their_gain(
    catalog: Catalog, clicks: Path, tmp_path: Path
) -> None:
    both = (Sound(clicks, 0.0, 0.5), Sound(clicks, 0.25, 0.2))
    sound_track = decoded_sound(write_film(catalog, tmp_path / "film.prores.mov", both))
    loud = [np.abs(sound_track[round(at * RATE) :][:240]).max() for at in (0.25, 0.5, 0.75, 1.0)]
    np.testing.assert_allclose(loud, [0.45, 0.18, 0.45, 0.18], atol=0.05)


def test_a_film_without_sounds_has_no_sound_stream(catalog: Catalog, tmp_path: Path) -> None:
    path = write_film(catalog, tmp_path / "film.mp4", (), frames=3)
    assert len(start_times(path)) == 1


def test_a_missing_sound_file_fails_but_the_pictures_are_kept(
    catalog: Catalog, clicks: Path, tmp_path: Path
) -> None:
    film = Film((64, 48), 24.0, 3, "recipe = 1\n", "film", None, (Sound(tmp_path / "gone.wav"),))
    sink = catalog.get("writer", "mp4")().open(tmp_path / "film.mp4", film)
    for _ in range(3):
        sink.write(np.zeros((48, 64, 3), np.uint8))
    with pytest.raises(WriterError, match="its sound cannot be added: there is no file"):
        sink.close()
    assert sink.salvage()
    assert probe(tmp_path / "film.mp4").size == (64, 48)


@pytest.mark.parametrize("speed", [2.0, 0.75, 1.337])
def test_speed_changes_the_times_of_a_sound(
    catalog: Catalog, clicks: Path, tmp_path: Path, speed: float
) -> None:
    path = write_film(catalog, tmp_path / "film.mp4", (Sound(clicks, 0.1, 1.0, speed),))
    expected = (np.arange(0.25, 10, 0.5) - 0.1) / speed
    np.testing.assert_allclose(
        click_times(decoded_sound(path)), expected[expected < 2.5], atol=0.003
    )
