"""Pieces: finished renders with their recipes, one folder each."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
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
from artengine.gallery.pictures import mean_colour, picture_size, read_picture
from artengine.gallery.poster import most_salient
from artengine.names import shortened
from artengine.params import check
from artengine.preset.find import RECIPE

FILM = "film.mp4"
POSTER = "poster.jpg"
THUMBNAIL = "thumbnail.jpg"
METADATA = "piece.json"

POSTER_SIDE = 1280  # the poster's longer side at most, in pixels
THUMBNAIL_WIDTH = 320

_Side = Annotated[int, Field(ge=1, le=1_000_000)]

_MOST_BYTES = {RECIPE: 16_000_000, METADATA: 1_000_000}

_FILES = (RECIPE, FILM, POSTER, THUMBNAIL, METADATA)


class PieceMetadata(BaseModel):
    """The content of `piece.json`: how a piece was rendered."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    frames: int = Field(ge=1, le=1_000_000_000)
    """Length of the film, in frames."""

    fps: float = Field(ge=0.001, le=1_000_000)
    """Frames per second."""

    size: tuple[_Side, _Side]
    """Width and height, in pixels."""

    render_seconds: float = Field(ge=0, le=1e10)
    """Duration of the render."""

    engine: str
    """Version of artengine that rendered it."""

    preset: str
    """Name of the preset it was rendered from."""

    seed: int = Field(ge=0, lt=2**32)
    """The film's seed."""

    overrides: tuple[str, ...] = ()
    """The overrides of the preset, such as `dream.frames=100`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A finished render in its folder.

    Args:
        folder: the folder with recipe, film, poster, thumbnail and metadata.
        recipe: the TOML that makes the film again, exactly as in the folder.
        table: the parsed recipe.
        metadata: how it was rendered.
        poster_size: width and height of the poster, in pixels.
        tone: the thumbnail's mean colour, as `#rrggbb`.
    """

    folder: Path
    recipe: str
    table: Mapping[str, Any]
    metadata: PieceMetadata
    poster_size: Size
    tone: str

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
        """The recipe's description on one line; empty when it has none."""
        return " ".join(self.table.get("about", "").split())

    @property
    def model(self) -> str:
        """Name of its model; empty when the recipe names none."""
        return str(self.table.get("model", {}).get("use", ""))

    @property
    def seconds(self) -> float:
        """Length of the film, in seconds."""
        return self.metadata.frames / self.metadata.fps

    def path(self, name: str) -> Path:
        """Return the path of one of the piece's files."""
        return self.folder / name


def is_piece(folder: Path) -> bool:
    """Return whether a folder looks like a piece: it is not hidden, and has any file of one."""
    if folder.name.startswith(".") or not folder.is_dir():
        return False
    return any(os.path.lexists(folder / name) for name in _FILES)


def read_piece(folder: Path) -> Piece:
    """Read a piece.

    Raises:
        GalleryError: when a file is missing, empty, damaged or a link out of the gallery, or when
            the folder's name cannot be encoded.
    """
    try:
        folder.name.encode()
    except UnicodeEncodeError as error:
        raise _broken(folder, "the folder's name is not UTF-8") from error
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise _broken(folder, f"{' and '.join(missing)} missing")
    _check_links(folder)
    if not (folder / FILM).stat().st_size:
        raise _broken(folder, f"{FILM} is empty")
    recipe = _text(folder, RECIPE)
    table, metadata = _table(folder, recipe), _metadata(folder)
    return Piece(folder, recipe, table, metadata, *_poster_size_and_tone(folder))


def read_pieces(
    gallery: Path, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> tuple[list[Piece], list[GalleryError]]:
    """Read a gallery's pieces in natural order of their names; return the errors of broken ones.

    Args:
        gallery: the folder.
        progress: called with the number of pieces read and the total.

    Raises:
        GalleryError: when there is no such folder.
    """
    try:
        folders = natsorted(filter(is_piece, gallery.iterdir()), key=lambda path: path.name)
    except (OSError, ValueError) as error:
        name = shortened(str(gallery))
        raise GalleryError(
            f"{name}: no such folder; give the folder that holds the pieces"
        ) from error
    pieces: list[Piece] = []
    broken: list[GalleryError] = []
    for done, folder in enumerate(folders, start=1):
        try:
            pieces.append(read_piece(folder))
        except GalleryError as error:
            broken.append(error)
        except OSError as error:
            broken.append(_broken(folder, f"cannot be read ({error.strerror})"))
        progress(done, len(folders))
    return pieces, broken


def write_piece(
    folder: Path, recipe: str, metadata: PieceMetadata, pictures: Iterable[Picture]
) -> Piece:
    """Write recipe, poster, thumbnail and metadata to a folder that has the film already.

    Args:
        pictures: the film's pictures, uint8 `(H, W, 3)`; the most salient one becomes the poster.
            The first third is skipped, because it may still look like the clip.

    Raises:
        GalleryError: when the result is not a complete piece.
    """
    poster = most_salient(islice(pictures, metadata.frames // 3, None))
    _write_jpeg(folder / POSTER, poster, POSTER_SIDE / max(poster.shape), quality=90)
    _write_jpeg(folder / THUMBNAIL, poster, THUMBNAIL_WIDTH / poster.shape[1], quality=82)
    (folder / RECIPE).write_text(recipe, encoding="utf-8")
    (folder / METADATA).write_text(metadata.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return read_piece(folder)


def _write_jpeg(path: Path, picture: Picture, scale: float, *, quality: int) -> None:
    if scale < 1:
        width, height = size_of(picture)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(picture.dtype)
    Image.fromarray(picture).save(path, quality=quality, optimize=True, progressive=True)


def _broken(folder: Path, what: str) -> GalleryError:
    name = os.fsencode(folder).decode("utf-8", "backslashreplace")
    return GalleryError(f"{name}: {what}; render the piece again or remove the folder")


def _check_links(folder: Path) -> None:
    """Reject links out of the gallery, by which an untrusted piece could expose other files."""
    gallery = folder.absolute().parent.resolve()
    for name in _FILES:
        if not (folder / name).resolve().is_relative_to(gallery):
            raise _broken(folder, f"{name} is a link that leads out of the gallery")


def _text(folder: Path, name: str) -> str:
    try:
        size = (folder / name).stat().st_size
        if size > _MOST_BYTES[name]:
            raise _broken(folder, f"{name} has {size} bytes; allowed: {_MOST_BYTES[name]}")
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


def _metadata(folder: Path) -> PieceMetadata:
    try:
        given = json.loads(_text(folder, METADATA))
    except (ValueError, RecursionError) as error:
        raise _broken(folder, f"{METADATA} is not JSON ({error})") from error
    if not isinstance(given, dict):
        raise _broken(folder, f"{METADATA} is not an object")
    try:
        metadata = check(PieceMetadata, given)
    except OverflowError as error:
        raise _broken(folder, f"{METADATA} holds a number that is too large") from error
    if isinstance(metadata, list):
        raise _broken(folder, f"{METADATA}: {', '.join(map(str, metadata))}")
    return metadata


def _poster_size_and_tone(folder: Path) -> tuple[Size, str]:
    """The poster's size and the thumbnail's mean colour."""
    name = POSTER
    try:
        size = picture_size(folder / POSTER)
        name = THUMBNAIL
        return size, mean_colour(read_picture(folder / THUMBNAIL, least=(32, 32)))
    except (OSError, ValueError) as error:
        raise _broken(folder, f"{name} is not a JPEG picture that can be read") from error
