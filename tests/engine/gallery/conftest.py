"""Galleries made of real, tiny films."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from artengine.frame import Picture
from artengine.gallery.piece import FILM, Piece, PieceMetadata, write_piece

WIDTH, HEIGHT, FPS, FRAMES = 96, 64, 12, 24

RECIPE = """\
title = "Night drive"
about = "an empty highway that will not stay a highway"
seed = 7

[model]
use = "swift"

[[feedback]]
use = "noise"
amount = { keys = { "0s" = 0.0, "4s" = 0.2 }, ease = "in-out" }
"""

MakePiece = Callable[..., Piece]


def pictures(film: Path) -> Iterator[Picture]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(film)]
    raw = subprocess.run(
        [*command, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True
    )
    yield from np.frombuffer(raw.stdout, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds that begin black and end in moving colour bars."""
    path = tmp_path_factory.mktemp("film") / FILM
    source = f"testsrc2=size={WIDTH}x{HEIGHT}:rate={FPS},fade=in:0:12"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source]
    encode = ["-frames:v", str(FRAMES), "-c:v", "libx264", "-pix_fmt", "yuv420p"]
    subprocess.run([*command, *encode, str(path)], check=True)
    return path


@pytest.fixture(scope="session")
def make_piece(film: Path) -> MakePiece:
    """A function that makes a complete piece in a folder."""

    def make(folder: Path, recipe: str = RECIPE, seed: int = 7) -> Piece:
        folder.mkdir(parents=True)
        (folder / FILM).write_bytes(film.read_bytes())
        facts = PieceMetadata(
            frames=FRAMES,
            fps=FPS,
            size=(WIDTH, HEIGHT),
            render_seconds=1.5,
            engine="0.1.0",
            preset="night-drive",
            seed=seed,
        )
        return write_piece(folder, recipe, facts, pictures(film))

    return make
