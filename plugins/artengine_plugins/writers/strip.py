"""Copies of finished files without their recipe and title."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from artengine.api import SourceError, remux

_PNG_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_PNG_KEYS = (b"recipe", b"Title")

_CONTAINERS: Mapping[str, tuple[str, ...]] = {
    ".mp4": ("-movflags", "+faststart", "-f", "mp4"),
    ".m4v": ("-movflags", "+faststart", "-f", "mp4"),
    ".mov": ("-movflags", "+faststart", "-f", "mov"),
    ".webm": ("-f", "webm"),
}


def strip(path: Path, target: Path) -> None:
    """Copy a file without its recipe and title; pictures and sound stay as they are.

    Args:
        path: a film or picture in a format of the built-in writers.
        target: the file to write.

    Raises:
        SourceError: when the file cannot be read or its content does not match its suffix.
        WriterError: when a film cannot be written.
        OSError: when a picture cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix in _CONTAINERS:
        remux(path, target, ["-map_metadata", "-1", *_CONTAINERS[suffix]])
        return
    try:
        with path.open("rb") as file, target.open("wb") as out:
            _copier(path, file)(path, file, out)
    except OSError as error:
        if error.filename == str(path):
            raise SourceError(f"{path} cannot be read: {error.strerror}") from error
        raise


def _copier(path: Path, file: BinaryIO) -> Callable[[Path, BinaryIO, BinaryIO], None]:
    """Return the function that copies a picture of the format of a file's first bytes."""
    head = file.read(12)
    file.seek(0)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _copy_png
    if head.startswith(b"\xff\xd8"):
        return _copy_jpeg
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return _copy_gif
    if head.startswith(b"RIFF") and head[8:] == b"WEBP":
        return _copy_webp
    raise SourceError(f"{path} cannot be read as a picture: it is no PNG, JPEG, GIF or WebP file")


def _copy_png(path: Path, file: BinaryIO, out: BinaryIO) -> None:
    out.write(_read_exactly(path, file, 8))
    while head := file.read(8):
        if len(head) < 8:
            raise _truncated(path)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        body = _read_exactly(path, file, length + 4)
        if kind in _PNG_TEXTS and body.partition(b"\0")[0] in _PNG_KEYS:
            continue
        out.write(head + body)


def _copy_jpeg(path: Path, file: BinaryIO, out: BinaryIO) -> None:
    """Copy all but the comment segments; from the first scan on everything is copied."""
    out.write(_read_exactly(path, file, 2))
    while True:
        marker = _read_exactly(path, file, 2)
        if marker[0] != 0xFF:
            raise SourceError(f"{path} cannot be read as a picture: a segment is damaged")
        if marker[1] == 0xDA:
            out.write(marker)
            _copy_rest(file, out)
            return
        size = _read_exactly(path, file, 2)
        body = _read_exactly(path, file, max(0, int.from_bytes(size, "big") - 2))
        if marker[1] != 0xFE:
            out.write(marker + size + body)


def _copy_gif(path: Path, file: BinaryIO, out: BinaryIO) -> None:
    """Copy all but the comments before the first picture, where `tag_gif` puts the recipe."""
    head = _read_exactly(path, file, 13)
    out.write(head + _read_exactly(path, file, 3 << ((head[10] & 7) + 1) if head[10] & 0x80 else 0))
    while (mark := file.read(1)) == b"\x21":
        label = _read_exactly(path, file, 1)
        block = bytearray()
        while length := _read_exactly(path, file, 1)[0]:
            block += bytes([length]) + _read_exactly(path, file, length)
        if label != b"\xfe":
            out.write(mark + label + block + b"\0")
    out.write(mark)
    _copy_rest(file, out)


def _copy_webp(path: Path, file: BinaryIO, out: BinaryIO) -> None:
    """Copy all but the EXIF chunk, and clear its flag in the header."""
    out.write(_read_exactly(path, file, 12))
    while head := file.read(8):
        if len(head) < 8:
            raise _truncated(path)
        length = int.from_bytes(head[4:], "little")
        body = _read_exactly(path, file, length + length % 2)
        if head[:4] == b"EXIF":
            continue
        if head[:4] == b"VP8X":
            body = bytes([body[0] & ~0x08]) + body[1:]
        out.write(head + body)
    length = out.tell() - 8
    out.seek(4)
    out.write(length.to_bytes(4, "little"))
    out.seek(0, os.SEEK_END)


def _read_exactly(path: Path, file: BinaryIO, count: int) -> bytes:
    read = file.read(count)
    if len(read) < count:
        raise _truncated(path)
    return read


def _truncated(path: Path) -> SourceError:
    return SourceError(f"{path} cannot be read as a picture: the file is cut short")


def _copy_rest(file: BinaryIO, out: BinaryIO) -> None:
    while block := file.read(1 << 20):
        out.write(block)
