"""JPEG frames."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import ClassVar

from PIL import Image

from artengine.api import Film, Param, Sink
from artengine_plugins.writers.frames import FramesSink
from artengine_plugins.writers.recipes import RecipeWriter, jpeg_comment


class Jpg(RecipeWriter):
    """Every frame as a small picture: `dream.jpg` makes `dream/00000.jpg`, `00001.jpg`...

    A folder of frames that was written so is replaced; any other is kept.
    """

    name: ClassVar[str] = "jpg"
    suffixes: ClassVar[tuple[str, ...]] = (".jpg", ".jpeg")

    quality: int = Param(92, ge=1, le=100)
    """100 is the best; colour keeps its full resolution from 90 on."""

    def open(self, target: Path, film: Film) -> Sink:
        """Start the folder; see `Writer.open`."""
        comment, sampling = jpeg_comment(film), "4:4:4" if self.quality >= 90 else "4:2:0"

        def save(image: Image.Image, buffer: BytesIO) -> None:
            image.save(buffer, "JPEG", quality=self.quality, subsampling=sampling, comment=comment)

        return FramesSink(target, film, save)

    def result(self, target: Path) -> Path:
        """The folder of the frames."""
        return target.with_suffix("")
