"""Folders of pictures, played as video."""

from __future__ import annotations

import glob
import hashlib
import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import takewhile
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from natsort import natsorted
from PIL import Image, ImageOps, UnidentifiedImageError
from pydantic import Field

from artengine.api import Footage, Param, Picture, Size, Source, SourceError
from artengine_plugins.sources.ending import AtEnd, numbers
from artengine_plugins.sources.fit import Fit, kept, shown

Side = Annotated[int, Field(ge=1, le=16384)]

# Formats that are pictures and nothing else: Pillow hands some others to outside programs.
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "PPM")
_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm"}
_HEAD = 64 << 10


class Images(Source):
    """A folder of pictures, or those a pattern finds, in natural order: 2.png before 10.png.

    Links that lead out of the folder, or of the one a pattern begins in, are passed over.
    Each is read when its turn comes. Turned as its EXIF says; 16-bit and grey ones become 8-bit
    colour, transparent ones are laid over black. Of animated ones the first frame counts.
    """

    name: ClassVar[str] = "images"

    path: str = Param(path=True)
    """A folder, a pattern as `photos/*.jpg` or `photos/**/*.png`, or a single picture."""

    fps: float | None = Param(None, gt=0, le=1000, unit="pictures a second")
    """How fast the pictures follow each other; when left out one for each frame asked for, and 25
    a second where nothing is asked."""

    size: tuple[Side, Side] | None = None
    """Width and height to deliver, in pixels; the first picture's when left out."""

    fit: Fit = "crop"
    """How pictures of another shape fill that size: `stretch` bends them, `crop` cuts what hangs
    over, `pad` puts black bars beside them."""

    at_end: AtEnd = "loop"
    """What follows the last picture: the first one again, the way back, or nothing."""

    def open(self, size: Size | None = None, fps: float | None = None) -> ImagesFootage:
        """List the pictures and read the first; see `Source.open`."""
        files = self._files()
        own = self.fps or fps or 25.0
        size = size or self.size or _read(files[0]).size
        return ImagesFootage(self, files, size, own, fps or own)

    def once(self) -> Source:
        """The same pictures, ending after the last."""
        return self.model_copy(update={"at_end": "stop"})

    def fingerprint(self) -> dict[str, str]:
        """SHA-256 over the name, length and first 64 KiB of every picture, in order."""
        digest = hashlib.sha256()
        for file in self._files():
            try:
                with file.open("rb") as opened:
                    digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
                    digest.update(opened.read(_HEAD))
            except OSError as error:
                raise SourceError(f"{file} cannot be read: {error.strerror}") from error
        return {"sha256": digest.hexdigest()}

    def _files(self) -> list[Path]:
        folder = root = Path(self.path)
        if folder.is_dir():
            found = [file for file in folder.iterdir() if not file.name.startswith(".")]
        elif glob.has_magic(self.path) and not folder.exists():
            plain = list(takewhile(lambda part: not glob.has_magic(part), folder.parts))
            root = Path(*plain)
            found = list(root.glob("/".join(folder.parts[len(plain) :])))
        elif folder.exists():
            found = [folder]
        else:
            raise SourceError(f"there is no folder {folder}; check the path")
        files = [file for file in found if file.suffix.lower() in _SUFFIXES and file.is_file()]
        # The folder may have come with a stranger's preset, whose links could lead anywhere.
        inside = root.resolve()
        files = [file for file in files if file.resolve().is_relative_to(inside)]
        if not files:
            kinds = ", ".join(sorted(_SUFFIXES))
            raise SourceError(f"{folder} holds no pictures; files that end in {kinds} are read")
        return list(natsorted(files, key=str))


class ImagesFootage(Footage):
    """A list of picture files at a size and frame rate."""

    def __init__(
        self, images: Images, files: list[Path], size: Size, own: float, fps: float
    ) -> None:
        self.size, self.fps = size, fps
        self.endless = images.at_end != "stop"
        self._files, self._fit, self._at_end = files, images.fit, images.at_end
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
        image = _read(file)
        if self._fit == "pad":
            inside = image.resize(shown(image.size, self.size), Image.Resampling.LANCZOS)
            image = Image.new("RGB", self.size)
            left = (self.size[0] - inside.width) // 2
            image.paste(inside, (left, (self.size[1] - inside.height) // 2))
        else:
            used = kept(image.size, self.size) if self._fit == "crop" else image.size
            cut = (image.width - used[0]) / 2, (image.height - used[1]) / 2
            box = (*cut, cut[0] + used[0], cut[1] + used[1])
            image = image.resize(self.size, Image.Resampling.LANCZOS, box)
        return np.asarray(image)


def _read(file: Path) -> Image.Image:
    """Read a picture file as upright 8-bit RGB."""
    try:
        with Image.open(file, formats=_FORMATS) as opened:
            upright = ImageOps.exif_transpose(opened)
            return _rgb(upright)
    except UnidentifiedImageError as error:
        raise SourceError(f"{file} is not a picture that can be read; replace or remove it") from (
            error
        )
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise SourceError(f"{file} is broken: {error}; replace or remove it") from error


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Pillow would clip 16-bit greys at 255 rather than scale them.
        grey = np.clip(np.asarray(image, np.float64) / 257, 0, 255)
        image = Image.fromarray(np.round(grey).astype(np.uint8))
    elif image.mode == "F":
        grey = np.clip(np.nan_to_num(np.asarray(image, np.float64)), 0, 1) * 255
        image = Image.fromarray(np.round(grey).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image)
    return image.convert("RGB")
