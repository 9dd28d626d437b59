"""PNG frames."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import ClassVar

from PIL import Image

from artengine.api import Film, Param, Sink
from artengine_plugins.writers.frames import FramesSink, FramesWriter
from artengine_plugins.writers.recipes import png_tags


class Png(FramesWriter):
    """Every frame as a lossless picture: `dream.png` makes `dream/00000.png`, `00001.png`...

    A recipe that is too long for a frame is stored as the folder's `recipe.toml`.
    """

    name: ClassVar[str] = "png"
    suffixes: ClassVar[tuple[str, ...]] = (".png",)

    compression: int = Param(2, ge=0, le=9)
    """Higher values take longer and make smaller files."""

    def open(self, path: Path, film: Film) -> Sink:
        """Start the folder; see `Writer.open`."""

        def save(image: Image.Image, buffer: BytesIO, film: Film) -> None:
            image.save(buffer, "PNG", compress_level=self.compression, pnginfo=png_tags(film))

        return FramesSink(path, film, save)
