"""Pieces: finished renders with their recipes, one folder each."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import cv2
from natsort import natsorted
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from artengine.errors import GalleryError
from artengine.frame import Picture, Size, size_of
from artengine.gallery.poster import most_striking
from artengine.params import check
from artengine.preset.find import RECIPE

FILM = "film.mp4"
POSTER = "poster.jpg"
THUMBNAIL = "thumbnail.jpg"
FACTS = "piece.json"

POSTER_SIDE = 1280  # the poster's longer side at most, in pixels
THUMBNAIL_WIDTH = 320

_FILES = (RECIPE, FILM, POSTER, THUMBNAIL, FACTS)


class PieceMetadata(BaseModel):
    """What `piece.json` records of how a piece came about."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)

    frames: int = Field(ge=1)
    """Length of the film, in frames."""

    fps: float = Field(gt=0)
    """Frames a second."""

    size: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
    """Width and height, in pixels."""

    render_seconds: float = Field(ge=0)
    """How long the render took."""

    engine: str
    """Version of artengine that rendered it."""

    preset: str
    """Name of the preset it was rendered from."""

    seed: int
    """The film's seed."""

    overrides: tuple[str, ...] = ()
    """What was set differently from the preset, as `dream.frames=100`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A finished render in its folder.

    Args:
        folder: holds the recipe, the film, the poster, the thumbnail and the facts.
        recipe: the TOML that makes the film again, exactly as it stands in the folder.
        table: the recipe, parsed.
        facts: how it came about.
        poster_size: width and height of the poster, in pixels.
    """

    folder: Path
    recipe: str
    table: Mapping[str, Any]
    facts: PieceMetadata
    poster_size: Size

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def title(self) -> str:
        """The recipe's title on one line, or the folder's name."""
        return " ".join(self.table.get("title", "").split()) or self.name

    @property
    def about(self) -> str:
        """The recipe's line about the piece, empty when it has none."""
        return " ".join(self.table.get("about", "").split())

    @property
    def model(self) -> str:
        """Name of the model that dreamt it; empty when the recipe names none."""
        return str(self.table.get("model", {}).get("use", ""))

    @property
    def seconds(self) -> float:
        """Length of the film, in seconds."""
        return self.facts.frames / self.facts.fps

    def path(self, name: str) -> Path:
        """One of the piece's files."""
        return self.folder / name


def is_piece(folder: Path) -> bool:
    """Whether a folder is meant as a piece: it is not hidden, and holds any file of one."""
    if folder.name.startswith(".") or not folder.is_dir():
        return False
    return any((folder / name).exists() for name in _FILES)


def read_piece(folder: Path) -> Piece:
    """Read a piece.

    Raises:
        GalleryError: when a file is missing, empty or damaged.
    """
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise _broken(folder, f"{' and '.join(missing)} missing")
    if not (folder / FILM).stat().st_size:
        raise _broken(folder, f"{FILM} is empty")
    recipe = _text(folder, RECIPE)
    return Piece(folder, recipe, _table(folder, recipe), _facts(folder), _poster_size(folder))


def read_pieces(gallery: Path) -> tuple[list[Piece], list[GalleryError]]:
    """Read a gallery's pieces in natural order of their names, and say what is wrong with others.

    Raises:
        GalleryError: when there is no such folder.
    """
    if not gallery.is_dir():
        raise GalleryError(f"{gallery}: no such folder; give the folder that holds the pieces")
    pieces: list[Piece] = []
    broken: list[GalleryError] = []
    for folder in natsorted(filter(is_piece, gallery.iterdir()), key=lambda path: path.name):
        try:
            pieces.append(read_piece(folder))
        except GalleryError as error:
            broken.append(error)
    return pieces, broken


def write_piece(
    folder: Path, recipe: str, facts: PieceMetadata, pictures: Iterable[Picture]
) -> Piece:
    """Put recipe, poster, thumbnail and facts beside a film that is already in the folder.

    Args:
        pictures: the film's pictures, uint8 `(H, W, 3)`; the most striking becomes the poster,
            not of the first third, in which a dream may still look like its clip.

    Raises:
        GalleryError: when what was written does not make a whole piece.
    """
    poster = most_striking(islice(pictures, facts.frames // 3, None))
    _write_jpeg(folder / POSTER, poster, POSTER_SIDE / max(poster.shape), quality=90)
    _write_jpeg(folder / THUMBNAIL, poster, THUMBNAIL_WIDTH / poster.shape[1], quality=82)
    (folder / RECIPE).write_text(recipe, encoding="utf-8")
    (folder / FACTS).write_text(facts.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return read_piece(folder)


def _write_jpeg(path: Path, picture: Picture, scale: float, *, quality: int) -> None:
    if scale < 1:
        width, height = size_of(picture)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(picture.dtype)
    Image.fromarray(picture).save(path, quality=quality, optimize=True, progressive=True)


def _broken(folder: Path, what: str) -> GalleryError:
    return GalleryError(f"{folder}: {what}; render the piece again or remove the folder")


def read_picture(path: Path) -> Image.Image:
    """Read one of a piece's pictures, RGB. Raises OSError or ValueError when it is broken.

    A gallery may be a stranger's, so no other of Pillow's formats is let in.
    """
    try:
        with Image.open(path, formats=("JPEG",)) as image:
            return image.convert("RGB")
    except (SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from error


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except OSError as error:
        raise _broken(folder, f"{name} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise _broken(folder, f"{name} is not UTF-8 text at byte {error.start}") from error


def _table(folder: Path, recipe: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(recipe)
    except (ValueError, RecursionError) as error:
        raise _broken(folder, f"{RECIPE} is not TOML ({error})") from error
    kinds = {"title": (str, "a text"), "about": (str, "a text"), "model": (dict, "a table")}
    for key, (kind, words) in kinds.items():
        if key in table and not isinstance(table[key], kind):
            raise _broken(folder, f"{RECIPE}: {key} is not {words}")
    return table


def _facts(folder: Path) -> PieceMetadata:
    try:
        given = json.loads(_text(folder, FACTS))
    except (ValueError, RecursionError) as error:
        raise _broken(folder, f"{FACTS} is not JSON ({error})") from error
    if not isinstance(given, dict):
        raise _broken(folder, f"{FACTS} is not an object")
    facts = check(PieceMetadata, given)
    if isinstance(facts, list):
        raise _broken(folder, f"{FACTS}: {', '.join(map(str, facts))}")
    return facts


def _poster_size(folder: Path) -> Size:
    for name in (THUMBNAIL, POSTER):
        try:
            size = read_picture(folder / name).size
        except (OSError, ValueError) as error:
            raise _broken(folder, f"{name} is not a JPEG picture that can be read") from error
    return size
