"""Reading input to measure: arrays of any kind, and every picture of a file once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from artengine.errors import SourceError, UsageError
from artengine.ffmpeg import ffmpeg_executable
from artengine.frame import Picture, to_frame
from artengine.measure import Reference, VideoFile, measure, read


def ffmpeg(*arguments: str | Path) -> None:
    command = [ffmpeg_executable(), "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True)


def test_frames_and_pictures_measure_the_same(carphone_pictures: list[Picture]) -> None:
    counts: list[int] = []
    pictures = read(carphone_pictures[:40], progress=counts.append)
    frames = read(to_frame(picture) for picture in carphone_pictures[:40])
    assert counts == list(range(1, 41))
    assert pictures.size == frames.size == (96, 72)
    np.testing.assert_array_equal(pictures.curves.motion, frames.curves.motion)
    np.testing.assert_array_equal(pictures.samples.take(), frames.samples.take())


def test_a_clip_is_stretched_to_the_film(carphone_pictures: list[Picture]) -> None:
    result = read(carphone_pictures[:20], (64, 80))
    assert result.size == (64, 80)
    assert result.curves.contrast[0] == pytest.approx(
        read(carphone_pictures[:1]).curves.contrast[0], rel=0.1
    )


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (np.zeros((16, 16)), r"shape \(16, 16\); give them as \(H, W, 3\)"),
        (np.zeros((16, 16, 4), np.uint8), r"shape \(16, 16, 4\)"),
        (np.zeros((16, 16, 3), np.int64), "of int64; give them as uint8, or floats"),
    ],
)
def test_arrays_that_are_no_frames_are_refused(frame: Picture, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read([frame])


def test_an_empty_film_is_refused() -> None:
    with pytest.raises(SourceError, match="there are no frames"):
        read([], (64, 64))


def test_a_file_is_read_picture_by_picture(bikes: Path) -> None:
    file = VideoFile.open(bikes)
    assert (file.size, file.length) == ((640, 272), 250)
    small = file.at((64, 48))
    assert small.size == (64, 48)
    shapes = [picture.shape for picture in small]
    assert shapes == [(48, 64, 3)] * 250
    assert sum(1 for _ in small) == 250


def test_frames_at_odd_times_are_each_read_once(tmp_path: Path) -> None:
    path = tmp_path / "odd.mkv"
    drop = "select='not(mod(n\\,7))+not(mod(n\\,11))'"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=32x32:d=4:r=60", "-vf", drop, "-fps_mode", "vfr", path)
    expected = sum(1 for number in range(240) if number % 7 == 0 or number % 11 == 0)
    assert sum(1 for _ in VideoFile.open(path)) == expected


def test_pixels_are_unchanged_and_rotation_metadata_is_applied(bikes: Path, tmp_path: Path) -> None:
    wide, turned = tmp_path / "wide.mp4", tmp_path / "turned.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x48:d=1", "-vf", "setsar=2/1", wide)
    ffmpeg("-display_rotation", "90", "-i", wide, "-c", "copy", turned)
    assert VideoFile.open(wide).size == (64, 48)
    assert VideoFile.open(turned).size == (48, 64)
    (upright, aside) = (next(iter(VideoFile.open(path))) for path in (wide, turned))
    assert np.abs(np.rot90(upright).astype(int) - aside).mean() < 12


def test_a_file_can_be_read_at_the_size_of_another_clip(
    bikes: Path, carphone_pictures: list[Picture], tmp_path: Path
) -> None:
    path, film = tmp_path / "brief.mkv", carphone_pictures[:80]
    clip = bikes.with_name("carphone_pristine.mp4")
    ffmpeg("-i", clip, "-frames:v", "80", "-c:v", "ffv1", path)
    file = VideoFile.open(path)
    report = measure(film, file)
    again = Reference.of(read(file.at((96, 72)))).measure(read(film))
    assert report.as_data() == again.as_data()
    assert report.vitality >= 0.95
    assert report.kinship == 1
