import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artengine.errors import GalleryError
from artengine.gallery.piece import FILM, Piece, PieceMetadata, read_piece, read_pieces, write_piece

MakePiece = Callable[..., Piece]


def test_a_piece_round_trips(tmp_path: Path, make_piece: MakePiece) -> None:
    result = make_piece(tmp_path / "night-drive", seed=3)
    read = read_piece(tmp_path / "night-drive")
    assert read == result
    assert (read.name, read.title, read.model) == ("night-drive", "Night drive", "swift")
    assert read.about == "an empty highway that will not stay a highway"
    assert (read.metadata.seed, read.metadata.size, read.seconds) == (3, (96, 64), 2.0)


def test_the_poster_is_a_colourful_frame(tmp_path: Path, make_piece: MakePiece) -> None:
    piece = make_piece(tmp_path / "piece")
    assert piece.poster_size == (96, 64)
    with Image.open(piece.path("poster.jpg")) as poster:
        assert np.ptp(np.asarray(poster.convert("L"))) > 150


def test_the_thumbnail_of_a_large_film_is_320_wide(tmp_path: Path) -> None:
    (tmp_path / FILM).write_bytes(b"film")
    facts = PieceMetadata(
        frames=1, fps=24, size=(1920, 960), render_seconds=0, engine="0", preset="p", seed=0
    )
    piece = write_piece(tmp_path, "", facts, [np.zeros((960, 1920, 3), np.uint8)])
    with Image.open(piece.path("thumbnail.jpg")) as thumbnail:
        assert thumbnail.size == (320, 160)
    assert piece.poster_size == (1280, 640)
    assert piece.title == tmp_path.name


def test_the_poster_is_not_from_the_beginning(tmp_path: Path) -> None:
    (tmp_path / FILM).write_bytes(b"film")
    facts = PieceMetadata(
        frames=9, fps=24, size=(64, 64), render_seconds=0, engine="0", preset="p", seed=0
    )
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[::8] = 255
    faint = stripes // 8
    piece = write_piece(tmp_path, "", facts, [stripes, stripes, stripes, *[faint] * 6])
    with Image.open(piece.path("poster.jpg")) as poster:
        assert np.asarray(poster).max() < 60


def write_content(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


def png(folder: Path) -> None:
    Image.new("RGB", (9, 9)).save(folder / "poster.jpg", "PNG")


def truncate_poster(folder: Path) -> None:
    poster = (folder / "poster.jpg").read_bytes()
    (folder / "poster.jpg").write_bytes(poster[: len(poster) // 2])


def bomb(folder: Path) -> None:
    """Write a picture of some kilobytes whose header declares 65,000 x 65,000 pixels."""
    poster = (folder / "poster.jpg").read_bytes()
    size = poster.index(bytes([0, 64, 0, 96]))
    vast = bytes([0xFD, 0xE8, 0xFD, 0xE8])
    (folder / "poster.jpg").write_bytes(poster[:size] + vast + poster[size + 4 :])


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda folder: (folder / "film.mp4").unlink(), r"film\.mp4 missing"),
        (lambda folder: (folder / "piece.json").unlink(), r"piece\.json missing"),
        (write_content("film.mp4", b""), r"film\.mp4 is empty"),
        (
            write_content("recipe.toml", b"a = \n"),
            r"recipe\.toml is not TOML \(Invalid value \(at line 1,",
        ),
        (write_content("recipe.toml", b"title = 3"), r"recipe\.toml: title is not a text"),
        (write_content("recipe.toml", b"model = 'swift'"), r"recipe\.toml: model is not a table"),
        (write_content("recipe.toml", b"\xff\xfe"), r"recipe\.toml is not UTF-8 text at byte 0"),
        (write_content("piece.json", b"{"), r"piece\.json is not JSON"),
        (write_content("piece.json", b"[]"), r"piece\.json is not an object"),
        (
            write_content("piece.json", b"{}"),
            r"piece\.json: frames: missing; it must be a whole number",
        ),
        (write_content("recipe.toml", b"a = " + b"[" * 9999), r"recipe\.toml is not TOML"),
        (write_content("recipe.toml", b"a = " + b"1" * 9999), r"recipe\.toml is not TOML"),
        (write_content("piece.json", b"[" * 99999), r"piece\.json is not JSON"),
        (write_content("piece.json", b"1" * 9999), r"piece\.json is not JSON"),
        (write_content("poster.jpg", b"no picture"), r"poster\.jpg is not a JPEG picture"),
        (write_content("thumbnail.jpg", b""), r"thumbnail\.jpg is not a JPEG picture"),
        (write_content("piece.json", b'{"fps": ' + b"9" * 401 + b"}"), r"piece\.json"),
        (write_content("recipe.toml", b"#" * 16_000_001), r"recipe\.toml has 16000001 bytes"),
        (png, r"poster\.jpg is not a JPEG picture"),
        (truncate_poster, r"poster\.jpg is not a JPEG picture"),
        (bomb, r"poster\.jpg is not a JPEG picture"),
    ],
)
def test_the_error_of_a_broken_piece_names_the_folder_and_the_remedy(
    tmp_path: Path, make_piece: MakePiece, harm: Callable[[Path], object], message: str
) -> None:
    folder = tmp_path / "broken-one"
    make_piece(folder)
    harm(folder)
    with pytest.raises(GalleryError, match=message) as caught:
        read_piece(folder)
    text = str(caught.value)
    assert str(folder) in text
    assert "render the piece again or remove the folder" in text
    assert "\n" not in text


def test_pieces_are_in_natural_order_and_broken_ones_are_separate(
    tmp_path: Path, make_piece: MakePiece
) -> None:
    for name in ("dream-10", "dream-2", "broken", ".unfinished"):
        make_piece(tmp_path / name)
    (tmp_path / "broken" / "film.mp4").unlink()
    (tmp_path / "failed").mkdir()
    (tmp_path / "failed" / "other.txt").write_text("why it failed")
    (tmp_path / "notes.txt").write_text("no piece")
    pieces, broken = read_pieces(tmp_path)
    assert [piece.name for piece in pieces] == ["dream-2", "dream-10"]
    assert [str(error) for error in broken] == [
        f"{tmp_path / 'broken'}: film.mp4 missing; render the piece again or remove the folder"
    ]


def test_a_missing_gallery_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match="no such folder"):
        read_pieces(tmp_path / "nowhere")


def write_facts(folder: Path, **changed: object) -> None:
    file = folder / "piece.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))


@pytest.mark.parametrize("key", ["frames", "fps", "render_seconds", "seed", "size"])
@pytest.mark.parametrize("number", [10**401, -(10**401), 10**15])
def test_an_absurd_number_breaks_only_its_own_piece(
    key: str, number: int, tmp_path: Path, make_piece: MakePiece
) -> None:
    make_piece(tmp_path / "good")
    make_piece(tmp_path / "odd")
    write_facts(tmp_path / "odd", **{key: [number, number] if key == "size" else number})
    pieces, broken = read_pieces(tmp_path)
    assert [piece.name for piece in pieces] == ["good"]
    assert len(broken) == 1
    assert len(str(broken[0])) < len(str(tmp_path)) + 400


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are not UTF-8")
def test_a_folder_whose_name_is_not_utf_8_is_reported(
    tmp_path: Path, make_piece: MakePiece
) -> None:
    make_piece(tmp_path / "good")
    make_piece(tmp_path / "bad")
    (tmp_path / "bad").rename(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    pieces, (error,) = read_pieces(tmp_path)
    assert [piece.name for piece in pieces] == ["good"]
    assert f"{tmp_path}/\\xff: the folder's name is not UTF-8" in str(error)
    str(error).encode()


@pytest.mark.parametrize("name", ["recipe.toml", "piece.json", "poster.jpg", "thumbnail.jpg"])
def test_a_link_out_of_the_gallery_is_refused(
    name: str, tmp_path: Path, make_piece: MakePiece
) -> None:
    folder, outside = tmp_path / "gallery" / "a", tmp_path / name
    make_piece(folder)
    (folder / name).rename(outside)
    (folder / name).symlink_to(outside)
    with pytest.raises(GalleryError, match=f"{name} is a link that leads out of the gallery"):
        read_piece(folder)
    (tmp_path / "gallery" / "b").symlink_to(tmp_path / "elsewhere")
    make_piece(tmp_path / "elsewhere")
    assert read_pieces(tmp_path / "gallery")[0] == []


def test_a_gallery_that_is_a_link_is_read(tmp_path: Path, make_piece: MakePiece) -> None:
    make_piece(tmp_path / "gallery" / "a")
    (tmp_path / "link").symlink_to(tmp_path / "gallery")
    assert len(read_pieces(tmp_path / "link")[0]) == 1


@pytest.mark.parametrize("name", ["a" * 300, "a\0b"])
def test_an_impossible_folder_name_is_reported_as_missing(name: str) -> None:
    with pytest.raises(GalleryError, match="no such folder") as caught:
        read_pieces(Path(name))
    assert len(str(caught.value)) < 160


def test_progress_is_reported_for_every_piece(tmp_path: Path, make_piece: MakePiece) -> None:
    for name in ("a", "b"):
        make_piece(tmp_path / name)
    calls: list[tuple[int, int]] = []
    read_pieces(tmp_path, lambda done, total: calls.append((done, total)))
    assert calls == [(1, 2), (2, 2)]
