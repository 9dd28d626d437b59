from collections.abc import Callable
from pathlib import Path

import pytest

from artengine.cli import main
from artengine.errors import GalleryError
from artengine.gallery.piece import Piece

MakePiece = Callable[..., Piece]


def test_build_prints_the_files(
    tmp_path: Path, make_piece: MakePiece, capsys: pytest.CaptureFixture[str]
) -> None:
    make_piece(tmp_path / "night-drive")
    assert main(["gallery", "build", str(tmp_path), "--title", "Night & day"]) == 0
    shown = capsys.readouterr()
    names = ["index.html", "README.md", "overview.jpg"]
    assert shown.out.split() == [str(tmp_path / name) for name in names]
    assert shown.err == ""
    assert "<h1>Night &amp; day</h1>" in (tmp_path / "index.html").read_text("utf-8")


def test_build_leaves_out_a_broken_piece_and_fails(
    tmp_path: Path, make_piece: MakePiece, capsys: pytest.CaptureFixture[str]
) -> None:
    make_piece(tmp_path / "whole")
    make_piece(tmp_path / "cut-short")
    (tmp_path / "cut-short" / "film.mp4").write_bytes(b"")
    assert main(["gallery", "build", str(tmp_path)]) == GalleryError.exit_code
    assert (tmp_path / "index.html").is_file()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"left out: {tmp_path / 'cut-short'}: film.mp4 is empty")


def test_build_of_a_missing_folder_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gallery", "build", str(tmp_path / "nowhere")]) == GalleryError.exit_code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert line.endswith("no such folder; give the folder that holds the pieces")
