"""The video source: files whose timestamps, rates and sizes differ from their headers."""

from __future__ import annotations

import subprocess
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artengine.api import Picture, ffmpeg_executable, probe
from artengine.measure import VideoFile
from artengine_plugins.sources.video import Video
from artengine_plugins.sources.video_footage import VideoFootage


def ffmpeg(*arguments: str | Path) -> bytes:
    command = [ffmpeg_executable(), "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def numbered_input(frames: int, rate: str = "24", size: str = "32x32") -> list[str]:
    """Return input arguments for pictures whose grey level is five times their number plus ten."""
    seconds = frames * 1001 / 24000 if rate == "24000/1001" else frames / float(rate)
    drawn = f"color=black:s={size}:r={rate}:d={seconds:.6f},format=gray,geq=lum='5*N+10'"
    return ["-f", "lavfi", "-i", drawn]


H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-pix_fmt", "yuv420p", "-g", "8"]


def opened(path: Path, **parameters: object) -> VideoFootage:
    table = {"path": str(path), "at_end": "stop", **parameters}
    return Video.model_validate(table).open()


def numbers(pictures: list[Picture]) -> list[int]:
    return [round((float(picture.mean()) - 10) / 5) for picture in pictures]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 pictures at about 30 fps as browsers record them: without duration or frame rate, and with
    jittering timestamps in milliseconds."""
    path = tmp_path_factory.mktemp("recorded") / "recorded.webm"
    jitter = "settb=1/1000,setpts='round(1000*(N/30+0.03*sin(N*7)*lt(N,47)))'"
    webm = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "9", "-f", "webm"]
    stamps = ["-fps_mode", "passthrough", "-enc_time_base", "1/1000"]
    data = bytearray(ffmpeg(*numbered_input(48, "30"), "-vf", jitter, *stamps, *webm, "pipe:1"))
    at = data.index(b"\x23\xe3\x83\x84")  # the track's frame duration, replaced by a Void element
    data[at : at + 8] = b"\xec\x86" + bytes(6)
    path.write_bytes(data)
    return path


def test_a_browsers_recording_plays_each_picture_once(recorded: Path) -> None:
    footage = opened(recorded)
    assert footage.fps == 30
    assert footage.length == 48
    assert numbers(list(footage.frames())) == list(range(48))
    assert probe(recorded).seconds == pytest.approx(1.6)


def test_a_browsers_recording_can_start_anywhere(recorded: Path) -> None:
    footage = opened(recorded)
    for start in (1, 20, 47):
        assert numbers(list(footage.frames(start))) == list(range(start, 48))
    assert numbers(list(opened(recorded, speed=2).frames())) == list(range(0, 48, 2))


def test_a_raw_dv_file_of_one_picture_is_read(tmp_path: Path) -> None:
    path = tmp_path / "one.dv"
    picture = ["-f", "lavfi", "-i", "testsrc=s=720x480:r=30000/1001", "-frames:v", "1"]
    ffmpeg(*picture, "-c:v", "dvvideo", "-pix_fmt", "yuv411p", path)
    footage = opened(path)
    assert footage.fps == pytest.approx(30000 / 1001)
    assert len(list(footage.frames())) == 1


def test_timestamps_that_restart_are_continued(tmp_path: Path) -> None:
    path, half = tmp_path / "joined.ts", tmp_path / "half.ts"
    ffmpeg(*numbered_input(24), *H264, half)
    path.write_bytes(half.read_bytes() * 2)
    footage = opened(path)
    assert footage.fps == 24
    assert numbers(list(footage.frames())) == [*range(24)] * 2
    assert numbers(list(footage.frames(30))) == [*range(6, 24)]
    # The file is 2 s long, although its last timestamp is smaller.
    assert len(list(opened(path, start=1.5).frames())) == 12


def test_timestamps_that_jump_are_continued(tmp_path: Path) -> None:
    parts = []
    for number, offset in enumerate((0, 12_000, 3)):
        parts.append(tmp_path / f"{number}.ts")
        ffmpeg(*numbered_input(12), *H264, "-output_ts_offset", str(offset), parts[-1])
    path = tmp_path / "leaps.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    assert numbers(list(opened(path).frames())) == [*range(12)] * 3


def test_pictures_of_other_sizes_are_scaled_to_the_first(tmp_path: Path) -> None:
    parts = []
    for number, size in enumerate(("64x48", "48x64", "16x16")):
        parts.append(tmp_path / f"{number}.ts")
        moved = ["-output_ts_offset", str(number / 2)]
        ffmpeg(*numbered_input(12, size=size), *H264, *moved, parts[-1])
    path = tmp_path / "sizes.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    footage = opened(path)
    pictures = list(footage.frames())
    assert footage.size == (64, 48)
    assert numbers(pictures) == [*range(12)] * 3
    assert {picture.shape for picture in pictures} == {(48, 64, 3)}


def test_the_readable_part_of_a_damaged_file_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "damaged.ts"
    ffmpeg(*numbered_input(48), *H264, path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[: middle - 700] + whole[middle : middle + 1500] + whole[middle + 1999 :])
    pictures = list(opened(path).frames())
    assert 30 < len(pictures) <= 48
    assert numbers(pictures)[0] == 0
    assert numbers(pictures)[-1] == 47
    messages = [record.getMessage() for record in caplog.records]
    assert any(f"{path} is damaged; what can be read of it is used" in line for line in messages)


def test_a_picture_before_a_long_pause_is_repeated_lazily(tmp_path: Path) -> None:
    path = tmp_path / "pause.mp4"
    late = "setpts='(N+gte(N,6)*2400000)/24/TB'"
    ffmpeg(*numbered_input(12), "-vf", late, "-fps_mode", "passthrough", *H264, path)
    footage = Video(path=str(path), fps=24).open()
    assert numbers(list(islice(footage.frames(), 40))) == [0, 1, 2, 3, 4, *[5] * 35]
    # After a million frames the picture is still that from before the pause.
    assert numbers(list(islice(footage.frames(1_000_000), 2))) == [5, 5]


def test_rates_below_one_frame_per_second(tmp_path: Path) -> None:
    path = tmp_path / "slow.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=32x32:r=1/60:d=180", *H264, path)
    footage = opened(path)
    assert footage.fps == pytest.approx(1 / 60)
    assert footage.length == len(list(footage.frames())) == 3


@pytest.mark.parametrize("delay", [0, 10])
def test_a_gif_without_delays_plays_as_in_browsers(tmp_path: Path, delay: int) -> None:
    path = tmp_path / "a.gif"
    frames = [Image.new("L", (16, 16), 5 * number + 10) for number in range(10)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=delay, loop=0)
    footage = opened(path)
    assert footage.fps == 10
    assert numbers(list(footage.frames())) == list(range(10))


def test_a_gif_keeps_its_own_delays(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    frames = [Image.new("L", (16, 16), 5 * number + 10) for number in range(4)]
    delays = [100, 100, 400, 100]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=delays, loop=0)
    assert numbers(list(opened(path, fps=10).frames())) == [0, 1, 2, 2, 2, 2, 3]


def test_dropped_frames_of_an_avi_are_repeated_but_not_measured(tmp_path: Path) -> None:
    path = tmp_path / "odd.avi"
    some = "select='not(mod(n,5))+eq(n,7)'"
    ffmpeg(*numbered_input(24), "-vf", some, "-fps_mode", "passthrough", "-c:v", "ffv1", path)
    footage = opened(path, fps=24)
    shown = numbers(list(footage.frames()))
    assert shown[:12] == [0, 0, 0, 0, 0, 5, 5, 7, 7, 7, 10, 10]
    file = VideoFile.open(path)
    assert file.length == 6
    assert numbers(list(file)) == [0, 5, 7, 10, 15, 20]


def test_regular_timestamps_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    ffmpeg(*numbered_input(48, "24000/1001"), *H264, path)
    footage = opened(path)
    assert footage.fps == pytest.approx(24000 / 1001, abs=1e-9)
    assert numbers(list(footage.frames())) == list(range(48))
    assert np.array_equal(next(footage.frames(40)), list(footage.frames())[40])
