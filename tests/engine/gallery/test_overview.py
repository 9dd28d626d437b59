"""The contact sheet of all posters."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artengine.frame import Picture
from artengine.gallery.overview import GAP, MOST_BYTES, overview
from artengine.gallery.piece import FILM, Piece, PieceMetadata, write_piece


def piece(folder: Path, picture: Picture) -> Piece:
    folder.mkdir()
    (folder / FILM).write_bytes(b"film")
    height, width = picture.shape[:2]
    facts = PieceMetadata(
        frames=1, fps=24, size=(width, height), render_seconds=0, engine="0", preset="p", seed=0
    )
    return write_piece(folder, "", facts, [picture])


def flat(colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)) -> Picture:
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[:] = colour
    return picture


def overview_of(pieces: list[Piece]) -> Picture:
    with Image.open(BytesIO(overview(pieces))) as image:
        return np.asarray(image.convert("RGB"))


def test_posters_are_in_order_and_a_short_row_is_centred(tmp_path: Path) -> None:
    colours = [(220, 0, 0), (0, 220, 0), (0, 0, 220), (220, 220, 0), (0, 220, 220)]
    sheet = overview_of(
        [piece(tmp_path / str(n), flat(colour)) for n, colour in enumerate(colours)]
    )
    cell = (1600 - 2 * GAP) // 3
    assert sheet.shape == (2 * round(cell * 3 / 4) + GAP, 3 * cell + 2 * GAP, 3)
    top, bottom = sheet.shape[0] // 4, sheet.shape[0] * 3 // 4
    seen = [sheet[top, sheet.shape[1] * part // 6] for part in (1, 3, 5)]
    seen += [sheet[bottom, sheet.shape[1] * part // 6] for part in (2, 4)]
    assert np.allclose(seen, colours, atol=12)
    assert sheet[bottom, 40].max() < 40


def test_the_last_row_is_as_full_as_can_be(tmp_path: Path) -> None:
    pieces = [piece(tmp_path / str(n), flat((200, 200, 200))) for n in range(8)]
    sheet = overview_of(pieces)
    assert sheet.shape[0] < sheet.shape[1] / 2  # two rows of four
    assert np.median(sheet[-1]) > 180


@pytest.mark.parametrize("count", [1, 2, 4])
def test_the_sheet_is_at_most_1600_wide_and_no_strip(tmp_path: Path, count: int) -> None:
    pieces = [piece(tmp_path / str(n), flat((n, 9, 9), (96, 54))) for n in range(count)]
    height, width = overview_of(pieces).shape[:2]
    assert 1590 <= width <= 1600
    assert 0.25 <= height / width <= 0.75


def test_posters_of_another_shape_are_cropped(tmp_path: Path) -> None:
    tall = flat((0, 0, 0), (40, 400))
    tall[180:220] = 200
    pieces = [piece(tmp_path / str(n), flat((200, 200, 200))) for n in range(3)]
    sheet = overview_of([*pieces, piece(tmp_path / "tall", tall)])
    quarter = sheet[sheet.shape[0] // 2 + GAP :, -sheet.shape[1] // 2 + GAP :]
    assert np.allclose(quarter[quarter.shape[0] // 2, quarter.shape[1] // 2], 200, atol=8)


def test_detailed_posters_are_stored_in_few_bytes(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (90, 160, 3), dtype=np.uint8)
    rich = np.asarray(Image.fromarray(small).resize((1280, 720), Image.Resampling.BICUBIC))
    pieces = [piece(tmp_path / str(n), rich) for n in range(4)]
    assert 50_000 < len(overview(pieces)) <= MOST_BYTES
