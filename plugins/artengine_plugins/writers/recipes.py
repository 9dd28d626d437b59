"""Writing recipes into finished files and reading them back."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from artengine.api import Film, SourceError, Writer, cannot_write, metadata
from artengine_plugins.writers.strip import strip

if TYPE_CHECKING:
    from PIL.PngImagePlugin import PngInfo

_VIDEO = {".mp4", ".m4v", ".mov", ".webm"}

JPEG_COMMENT = 65_533
"""Largest comment in a JPEG file, in bytes."""

_EXIF_TABLE, _USER_COMMENT = 0x8769, 0x9286


class RecipeWriter(Writer):
    """Base of writers whose files carry their recipe."""

    def carries(self, path: Path, recipe: str) -> bool:
        """Return True: the file holds a recipe of any length."""
        return True

    @classmethod
    def read_recipe(cls, path: Path) -> str:
        """Read the recipe; see `Writer.read_recipe`."""
        if path.suffix.lower() in _VIDEO:
            return metadata(path).get("comment", "")
        if path.suffix.lower() == ".gif":
            return _read_gif(path)
        return _read_picture(path)

    @classmethod
    def strip_recipe(cls, path: Path, target: Path) -> None:
        """Write a copy without recipe and title; see `Writer.strip_recipe`."""
        try:
            strip(path, target)
        except OSError as error:
            raise cannot_write(error) from error


def _read_picture(path: Path) -> str:
    # Import Pillow late, here and below, because video files do not need it.
    from PIL import Image

    unreadable = (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError)
    try:
        with Image.open(path, formats=("GIF", "WEBP", "PNG", "JPEG")) as image:
            text = image.info.get("recipe") or image.info.get("comment") or ""
            comment = image.getexif().get_ifd(_EXIF_TABLE).get(_USER_COMMENT, b"")
    except unreadable as error:
        raise SourceError(f"{path} cannot be read as a picture: {error}") from error
    if isinstance(comment, bytes) and comment:
        return comment[8:].decode("utf-16-le", "replace")
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _read_gif(path: Path) -> str:
    """Read the comments before the first picture, in one pass."""
    try:
        with path.open("rb") as file:
            head = file.read(13)
            if head[:6] not in (b"GIF87a", b"GIF89a") or len(head) < 13:
                raise SourceError(f"{path} cannot be read as a picture: it is no GIF file")
            file.seek(3 << ((head[10] & 7) + 1) if head[10] & 0x80 else 0, os.SEEK_CUR)
            text = bytearray()
            while file.read(1) == b"\x21":
                comment = file.read(1) == b"\xfe"
                while length := file.read(1)[:1]:
                    if not length[0]:
                        break
                    block = file.read(length[0])
                    text += block if comment else b""
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    return text.decode("utf-8", "replace")


def png_tags(film: Film) -> PngInfo:
    """Return the text chunks of a PNG file: `recipe` and `Title`."""
    from PIL.PngImagePlugin import PngInfo

    tags = PngInfo()
    for key, text in (("recipe", film.recipe), ("Title", film.title)):
        if text:
            tags.add_itxt(key, text)
    return tags


def jpeg_comment(film: Film) -> bytes:
    """Return the comment of a JPEG file: the recipe, or nothing if it does not fit."""
    recipe = film.recipe.encode()
    return recipe if len(recipe) <= JPEG_COMMENT else b""


def tag_gif(path: Path, film: Film) -> None:
    """Put the recipe into a finished GIF file, as a comment before its first picture.

    Source: GIF89a specification, section 24 (comment extension).
    """
    if not film.recipe:
        return
    text = film.recipe.encode()
    blocks = (text[start : start + 255] for start in range(0, len(text), 255))
    comment = b"\x21\xfe" + b"".join(bytes([len(b)]) + b for b in blocks) + b"\0"
    with path.open("rb") as file:
        head = file.read(13)
        palette = 3 << ((head[10] & 7) + 1) if head[10] & 0x80 else 0
    _insert(path, 13 + palette, comment)


def tag_webp(path: Path, film: Film) -> None:
    """Put the recipe into a finished WebP file, as the user comment of an EXIF chunk.

    Source: WebP container specification (extended file format); EXIF 2.32, UserComment.
    """
    if not film.recipe:
        return
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(_EXIF_TABLE)[_USER_COMMENT] = b"UNICODE\0" + film.recipe.encode("utf-16-le")
    block = exif.tobytes().removeprefix(b"Exif\0\0")
    with path.open("rb") as file:
        extended = file.read(16)[12:] == b"VP8X"
    if not extended:  # a single picture is stored plainly, where there is no room for tags
        width, height = film.size
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        _insert(path, 12, b"VP8X" + struct.pack("<II", 10, 0) + sides)
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(b"EXIF" + struct.pack("<I", len(block)) + block + b"\0" * (len(block) % 2))
        length = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", length))
        file.seek(20)
        flags = file.read(1)[0]
        file.seek(20)
        file.write(bytes([flags | 0x08]))


def _insert(path: Path, place: int, data: bytes) -> None:
    """Insert bytes into a file, moving the rest from its end on, in bounded memory."""
    step = 1 << 20
    with path.open("r+b") as file:
        at = file.seek(0, os.SEEK_END)
        while at > place:
            start = max(place, at - step)
            file.seek(start)
            block = file.read(at - start)
            file.seek(start + len(data))
            file.write(block)
            at = start
        file.seek(place)
        file.write(data)
