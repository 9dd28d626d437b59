"""Folders of pictures, played as video."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from PIL import Image
from pydantic import Field

from artengine.api import Footage, Param, Picture, Size, Source, SourceError
from artengine_plugins.sources.background import Background, parse_background
from artengine_plugins.sources.ending import AtEnd, numbers
from artengine_plugins.sources.fit import Fit, kept, shown
from artengine_plugins.sources.picture_file import read_picture
from artengine_plugins.sources.picture_list import pictures_of

Side = Annotated[int, Field(ge=1, le=16384)]

_HEAD = 64 << 10


class Images(Source):
    """A folder of pictures, or those a pattern finds, in natural order: 2.png before 10.png.

    Each is read when it is needed, rotated by its EXIF data and converted from its colour profile
    to sRGB. 16-bit and grey pictures become 8-bit colour; of animated ones the first frame is used.
    Links are followed within the folder and the working folder.
    """

    name: ClassVar[str] = "images"

    path: str = Param(path=True)
    """A folder, a pattern such as `photos/*.jpg` or `photos/**/*.png`, or a single picture."""

    fps: float | None = Param(None, gt=0, le=1000, unit="pictures a second")
    """How fast the pictures follow each other; when left out, one per frame, at 25 frames a second
    if the preset sets no frame rate."""

    size: tuple[Side, Side] | None = None
    """Width and height to deliver, in pixels; those of the first picture when left out."""

    fit: Fit = "crop"
    """How pictures of another shape fill that size: `stretch` distorts them, `crop` cuts off what
    does not fit, `pad` adds bars."""

    at_end: AtEnd = "loop"
    """What follows the last picture: the first one again, the way back, or nothing."""

    background: Background = "#000000"
    """Colour behind transparent pictures and of the bars of `pad`, as `"#rrggbb"`."""

    def open(self, size: Size | None = None, fps: float | None = None) -> ImagesFootage:
        """List the pictures and read the first; see `Source.open`."""
        files = pictures_of(self.path)
        own = self.fps or fps or 25.0
        size = size or self.size or read_picture(files[0]).size
        return ImagesFootage(self, files, size, own, fps or own)

    def once(self) -> Source:
        """Return the same pictures, ending after the last."""
        return self.model_copy(update={"at_end": "stop"})

    def fingerprint(self) -> dict[str, str]:
        """Return the SHA-256 of the name, length and first 64 KiB of every picture, in order."""
        digest = hashlib.sha256()
        for file in pictures_of(self.path):
            try:
                with file.open("rb") as opened:
                    digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
                    digest.update(opened.read(_HEAD))
            except OSError as error:
                raise SourceError(f"{file} cannot be read: {error.strerror}") from error
        return {"sha256": digest.hexdigest()}


class ImagesFootage(Footage):
    """A list of picture files at a size and frame rate."""

    def __init__(
        self, images: Images, files: list[Path], size: Size, own: float, fps: float
    ) -> None:
        self.size, self.fps = size, fps
        self.endless = images.at_end != "stop"
        self._files, self._fit, self._at_end = files, images.fit, images.at_end
        self._background = parse_background(images.background)
        self._step = Fraction(own / fps).limit_denominator(1001)
        self.length: int = math.ceil(len(files) / self._step)

    def frames(self, start: int = 0) -> Iterator[Picture]:
        """Yield pictures from number `start` on; see `Footage.frames`."""
        last, picture = -1, np.zeros((1, 1, 3), np.uint8)
        for number in numbers(self.length, self._at_end, start):
            index = min(len(self._files) - 1, int(number * self._step))
            if index != last:
                last, picture = index, self._picture(self._files[index])
            yield picture.copy()

    def _picture(self, file: Path) -> Picture:
        image = read_picture(file, self._background)
        if self._fit == "pad":
            inside = image.resize(shown(image.size, self.size), Image.Resampling.LANCZOS)
            image = Image.new("RGB", self.size, self._background)
            left = (self.size[0] - inside.width) // 2
            image.paste(inside, (left, (self.size[1] - inside.height) // 2))
        else:
            used = kept(image.size, self.size) if self._fit == "crop" else image.size
            cut = (image.width - used[0]) / 2, (image.height - used[1]) / 2
            box = (*cut, cut[0] + used[0], cut[1] + used[1])
            image = image.resize(self.size, Image.Resampling.LANCZOS, box)
        return np.asarray(image)
