"""A video file for measuring: every picture that it stores, once."""

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

    Frames that come at odd times are neither repeated nor left out, and pixels that are not square
    are not made so: what is measured are the pictures as they are stored. Their colour is read as
    the sources of dreams and trainings read it.

    Args:
        path: the file.
        info: what it holds.
        size: width and height to deliver, to which pictures of another shape are stretched.
        length: how many there are; a damaged file may give fewer.
    """

    path: Path
    info: Probe
    size: Size
    length: int

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Look into a file; its pictures are delivered as large as it stores them, turned as its
        rotation flag says. Raises `SourceError` when it cannot be read as video."""
        path = Path(path)
        info = probe(path)
        return cls(path, info, info.turned_size, info.timing.frames or count_pictures(path))

    def at(self, size: Size) -> Self:
        """The same file at another size, scaled as the sources of dreams and trainings do."""
        return replace(self, size=size)

    def __iter__(self) -> Generator[Picture]:
        """Its pictures, uint8 `(H, W, 3)`. Raises `SourceError` when none can be decoded."""
        with Decoder(self.path, self.size, info=self.info) as pictures:
            yield from pictures
