"""JPEG frames."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import ClassVar

from PIL import Image

from artengine.api import Film, Param, Sink
from artengine_plugins.writers.frames import FramesSink, FramesWriter
from artengine_plugins.writers.recipes import jpeg_comment


class Jpg(FramesWriter):
    """Every frame as a small picture: `dream.jpg` makes `dream/00000.jpg`, `00001.jpg`...

    A recipe that is too long for a frame is stored as the folder's `recipe.toml`.
    """

    name: ClassVar[str] = "jpg"
    suffixes: ClassVar[tuple[str, ...]] = (".jpg", ".jpeg")

    quality: int = Param(92, ge=1, le=100)
    """100 is the best; colour keeps its full resolution from 90 on."""

    def open(self, path: Path, film: Film) -> Sink:
        """Start the folder; see `Writer.open`."""
        look = {"quality": self.quality, "subsampling": "4:4:4" if self.quality >= 90 else "4:2:0"}

        def save(image: Image.Image, buffer: BytesIO, film: Film) -> None:
            image.save(buffer, "JPEG", comment=jpeg_comment(film), **look)

        return FramesSink(path, film, save)
