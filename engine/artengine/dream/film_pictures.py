"""Read the pictures of a finished film of any format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image

from artengine.catalog import Catalog
from artengine.errors import SourceError
from artengine.ffmpeg import remux
from artengine.frame import Picture
from artengine.measure import VideoFile
from artengine.preset.carried import frames_in

_STILLS = ("PNG", "JPEG", "GIF", "WEBP")
_UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)


@dataclass(frozen=True, slots=True)
class FilmPictures:
    """A film's pictures, read one by one.

    Args:
        path: a film, a picture that may be animated, or a folder of frames.
        length: number of pictures.
        fps: pictures per second; None if the film has no such information.
    """

    path: Path
    length: int
    fps: float | None
    _frames: tuple[Path, ...] = ()

    @classmethod
    def open(cls, path: Path, catalog: Catalog) -> Self:
        """Open a film. Raises `SourceError` when it cannot be read."""
        if path.is_dir():
            frames = tuple(frames_in(path, catalog))
            if not frames:
                raise SourceError(f"{path} is no folder of frames; name a film")
            return cls(path, len(frames), None, frames)
        if not _is_still(path):
            file = VideoFile.open(path)
            return cls(path, file.length, file.info.fps)
        try:
            with Image.open(path, formats=_STILLS) as image:
                length = getattr(image, "n_frames", 1)
                durations = []
                for number in range(length):
                    image.seek(number)
                    durations.append(float(image.info.get("duration", 0)))
        except _UNREADABLE as error:
            raise SourceError(f"{path} cannot be read as a picture: {error}") from error
        whole = sum(durations)
        return cls(path, length, 1000 * length / whole if whole else None)

    @property
    def name(self) -> str:
        """The file name with which a writer makes such a film; a folder of frames gets a suffix."""
        return self.path.name + (self._frames[0].suffix if self._frames else "")

    def part_size(self, count: int, folder: Path) -> int:
        """Return the number of bytes of the first pictures in the file; 0 if it is not a video.

        Args:
            count: number of pictures.
            folder: a folder for a temporary copy.
        """
        if self._frames or _is_still(self.path):
            return 0
        part = folder / f"part{self.path.suffix}"
        remux(self.path, part, ["-an", "-frames:v", str(count)])
        size = part.stat().st_size
        part.unlink()
        return size

    def __iter__(self) -> Iterator[Picture]:
        """Yield the pictures, uint8 `(H, W, 3)`. Raises `SourceError` when one cannot be read."""
        if self._frames:
            for frame in self._frames:
                yield from _stills(frame)
        elif _is_still(self.path):
            yield from _stills(self.path)
        else:
            yield from VideoFile.open(self.path)


def _is_still(path: Path) -> bool:
    """Whether a file is a picture for Pillow, by its first bytes."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    return head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")) or head[8:] == b"WEBP"


def _stills(path: Path) -> Iterator[Picture]:
    try:
        with Image.open(path, formats=_STILLS) as image:
            for number in range(getattr(image, "n_frames", 1)):
                image.seek(number)
                yield np.asarray(image.convert("RGB"))
    except _UNREADABLE as error:
        raise SourceError(f"{path} cannot be read as a picture: {error}") from error
