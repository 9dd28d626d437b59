"""Contact sheets: a film at a glance."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
from PIL import Image

from artengine.api import Film, Param, Picture, Sink, Size, WriterError, cannot_write
from artengine_plugins.writers.recipes import JPEG_COMMENT, RecipeWriter, jpeg_comment, png_tags

# Candidates kept per picture on the sheet: they sample a film of unknown length evenly, to within a
# quarter of the distance between two pictures.
_CANDIDATES = 8


class ContactSheet(RecipeWriter):
    """One picture of frames chosen evenly from first to last, in rows, oldest at the top left.

    Written as JPEG if the path ends in .jpg, otherwise as PNG.
    """

    name: ClassVar[str] = "contact-sheet"
    suffixes: ClassVar[tuple[str, ...]] = (".sheet.png", ".sheet.jpg")

    columns: int = Param(4, ge=1, le=64)
    """Frames side by side."""

    rows: int = Param(4, ge=1, le=64)
    """Rows; fewer if the film has too few frames."""

    width: int = Param(1280, ge=16, le=16384, unit="pixels")
    """Width of the sheet."""

    gap: int = Param(4, ge=0, le=64, unit="pixels")
    """Dark space around the frames."""

    def open(self, path: Path, film: Film) -> Sink:
        """Start the sheet; see `Writer.open`."""
        return _SheetSink(self, path, film)

    def memory(self, size: Size, frames: int) -> int:
        """Return the memory of the candidates and of the sheet itself."""
        width, height = self.cell(size)
        cells = self.columns * self.rows
        return 3 * width * height * (min(frames, _CANDIDATES * cells) + min(frames, cells))

    def cell(self, size: Size) -> Size:
        """Return width and height of each picture on the sheet, for a film of a size."""
        width = max(1, (self.width - self.gap) // self.columns - self.gap)
        return width, max(1, round(width * size[1] / size[0]))

    def carries(self, path: Path, recipe: str) -> bool:
        """Return whether the recipe fits: any in a PNG file, a short one in a JPEG file."""
        return not _is_jpeg(path) or len(recipe.encode()) <= JPEG_COMMENT


class _SheetSink(Sink):
    def __init__(self, sheet: ContactSheet, path: Path, film: Film) -> None:
        self._sheet, self._path, self._film = sheet, path, film
        self._cell = sheet.cell(film.size)
        self._room = _CANDIDATES * sheet.columns * sheet.rows
        self._kept: list[Picture] = []
        self._every, self._seen = 1, 0
        self._last: Picture | None = None

    def write(self, picture: Picture) -> None:
        if picture.shape != (self._film.size[1], self._film.size[0], 3):
            raise WriterError(
                f"frame {self._seen} is of shape {picture.shape}; "
                f"the film's are {self._film.size[0]}x{self._film.size[1]}"
            )
        if self._seen % self._every == 0:
            if len(self._kept) == self._room:
                del self._kept[1::2]
                self._every *= 2
            if self._seen % self._every == 0:
                self._kept.append(self._small(picture))
        self._last = picture
        self._seen += 1

    def _small(self, picture: Picture) -> Picture:
        shrinks = self._cell[0] < picture.shape[1]
        how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        small: Picture = cv2.resize(picture, self._cell, interpolation=how)  # type: ignore[assignment]
        return small

    def close(self) -> None:
        if self._last is None:
            raise WriterError("no frame was written, so there is no sheet")
        if (self._seen - 1) % self._every:
            self._kept.append(self._small(self._last))
        sheet, (width, height) = self._sheet, self._cell
        cells = min(len(self._kept), sheet.columns * sheet.rows)
        chosen = np.round(np.linspace(0, len(self._kept) - 1, cells)).astype(int)
        rows = -(-cells // sheet.columns)
        down, right = height + sheet.gap, width + sheet.gap
        page = np.full(
            (rows * down + sheet.gap, sheet.columns * right + sheet.gap, 3), 16, np.uint8
        )
        for place, index in enumerate(chosen):
            top = sheet.gap + place // sheet.columns * down
            left = sheet.gap + place % sheet.columns * right
            page[top : top + height, left : left + width] = self._kept[index]
        image, encoded = Image.fromarray(page), BytesIO()
        try:
            if _is_jpeg(self._path):
                comment = jpeg_comment(self._film)
                image.save(encoded, "JPEG", quality=92, comment=comment)
            else:
                # Level 1 takes a quarter of the time of level 6; its files are a fifth larger.
                image.save(encoded, "PNG", pnginfo=png_tags(self._film), compress_level=1)
            self._path.write_bytes(encoded.getbuffer())
        except OSError as error:
            raise cannot_write(error) from error

    def abort(self) -> None:
        """Do nothing: the sink holds only memory."""


def _is_jpeg(path: Path) -> bool:
    return path.suffix.lower() in (".jpg", ".jpeg")
