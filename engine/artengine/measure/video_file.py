"""A video file to measure: every picture that it stores, once."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from artengine.ffmpeg import Decoder, Probe, count_pictures, probe
from artengine.frame import Picture, Size


@dataclass(frozen=True, slots=True)
class VideoFile:
    """A video file, each of whose pictures is read once, from the first to the last.

    The pictures are measured as they are stored: frames at irregular times are neither repeated nor
    dropped, and non-square pixels stay so. Colours are decoded as the sources of dreams and
    trainings decode them.

    Args:
        path: the file.
        info: the result of probing it.
        size: width and height to deliver, to which pictures of another shape are stretched.
        length: the number of pictures; a damaged file may deliver fewer.
    """

    path: Path
    info: Probe
    size: Size
    length: int

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Probe a file; its pictures are delivered at their stored size, rotated by its rotation
        flag. Raises `SourceError` when it cannot be read as video."""
        path = Path(path)
        info = probe(path)
        return cls(path, info, info.turned_size, info.timing.frames or count_pictures(path))

    def at(self, size: Size) -> Self:
        """Return the same file at another size, scaled like the sources of dreams and trainings."""
        return replace(self, size=size)

    def __iter__(self) -> Generator[Picture]:
        """Yield its pictures, uint8 `(H, W, 3)`. Raises `SourceError` when none can be decoded."""
        with Decoder(self.path, self.size, info=self.info) as pictures:
            yield from pictures
