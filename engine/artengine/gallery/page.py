"""The gallery's page: `index.html` for a browser, `README.md` for a code host, and its picture."""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from artengine.atomic import atomic_write
from artengine.errors import GalleryError
from artengine.gallery.overview import overview
from artengine.gallery.piece import (
    FILM,
    POSTER,
    THUMBNAIL,
    THUMBNAIL_WIDTH,
    Piece,
    read_pieces,
)
from artengine.gallery.private import without_folders
from artengine.preset.find import RECIPE

OVERVIEW = "overview.jpg"

MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:@])")


@dataclass(frozen=True, slots=True)
class Built:
    """The result of a build.

    Args:
        files: the written files.
        pieces: the pieces on the page.
        broken: the errors of broken pieces, which are left out.
    """

    files: list[Path]
    pieces: list[Piece]
    broken: list[GalleryError]


def build(
    folder: Path,
    *,
    title: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Built:
    """Write `index.html`, `README.md` and `overview.jpg` for the pieces of a gallery.

    The pages use relative addresses, so that the folder can be moved, served or opened from disk.
    The overview is a grid of all posters. A broken piece is left out.

    Args:
        folder: the gallery; its subfolders are the pieces.
        title: the page's heading; by default derived from the folder's name.
        progress: called with the number of pieces read and the total.

    Raises:
        GalleryError: when there is no such folder, when it holds no complete piece, or when the
            page cannot be written.
    """
    pieces, broken = read_pieces(folder, progress)
    if not pieces:
        why = f": {broken[0]}" if broken else "; render some with `artengine batch`"
        raise GalleryError(f"{folder}: no complete piece{why}")
    heading = " ".join((title or "").split()) or _title_of(folder)
    templates = _environment()
    style, script = (
        (resources.files("artengine.gallery") / "templates" / name).read_text(encoding="utf-8")
        for name in ("page.css", "page.js")
    )
    pages = {
        "index.html": templates.get_template("index.html.jinja").render(
            title=heading,
            pieces=pieces,
            # Static files of the package, without any data from recipes.
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            script_hash=_hash(script),
        ),
        "README.md": templates.get_template("README.md.jinja").render(title=heading, pieces=pieces),
    }
    contents = {name: text.encode() for name, text in pages.items()}
    contents[OVERVIEW] = overview(pieces)
    files = [_write(folder / name, content) for name, content in contents.items()]
    return Built(files, pieces, broken)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("artengine.gallery"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "FILM": FILM,
        "POSTER": POSTER,
        "RECIPE": RECIPE,
        "THUMBNAIL": THUMBNAIL,
        "THUMBNAIL_WIDTH": THUMBNAIL_WIDTH,
        "dream_command": dream_command,
    }
    environment.filters |= {"address": _address, "markdown": _markdown, "private": without_folders}
    return environment


def dream_command(piece: Piece) -> str:
    """Return the command that renders a piece's film again, for use in the gallery's folder."""
    path = f"{piece.name}/{RECIPE}"
    return f"artengine dream {shlex.quote(f'./{path}' if path.startswith('-') else path)}"


def _title_of(folder: Path) -> str:
    words = re.sub(r"[-_]+", " ", folder.resolve().name).strip()
    return words[:1].upper() + words[1:] or "Gallery"


def _address(piece: Piece, name: str) -> str:
    return f"{quote(piece.name, safe='')}/{name}"


def _markdown(text: str) -> Markup:
    # A backslash escapes any punctuation, including that of HTML.
    return Markup(MARKDOWN_SPECIAL.sub(r"\\\1", text))  # noqa: S704


def _hash(script: str) -> str:
    """The hash of a script for a content security policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _write(path: Path, content: bytes) -> Path:
    try:
        with atomic_write(path) as unfinished:
            unfinished.write_bytes(content)
    except OSError as error:
        raise GalleryError(f"{path}: cannot be written ({error.strerror})") from error
    return path
