"""PNG frames."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import ClassVar

from PIL import Image

from artengine.api import Film, Param, Sink
from artengine_plugins.writers.frames import FramesSink
from artengine_plugins.writers.recipes import RecipeWriter, png_tags


class Png(RecipeWriter):
    """Every frame as a lossless picture: `dream.png` makes `dream/00000.png`, `00001.png`...

    A folder of frames that was written so is replaced; any other is kept.
    """

    name: ClassVar[str] = "png"
    suffixes: ClassVar[tuple[str, ...]] = (".png",)

    compression: int = Param(2, ge=0, le=9)
    """How much time is spent on making the files small."""

    def open(self, target: Path, film: Film) -> Sink:
        """Start the folder; see `Writer.open`."""
        tags = png_tags(film)

        def save(image: Image.Image, buffer: BytesIO) -> None:
            image.save(buffer, "PNG", compress_level=self.compression, pnginfo=tags)

        return FramesSink(target, film, save)

    def result(self, target: Path) -> Path:
        """The folder of the frames."""
        return target.with_suffix("")
