"""Sources: frames of real or synthetic video, read lazily."""

from __future__ import annotations

import mimetypes
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from artengine.frame import Picture, Size
from artengine.params import Plugin


class Footage(ABC):
    """An opened source, at a fixed size and frame rate."""

    size: Size
    """Width and height of every picture, in pixels."""

    fps: float
    """Pictures per second."""

    length: int | None
    """Number of pictures before the source ends or repeats. None if the source is endless, or if
    the number is unknown before it has been read."""

    endless: bool = False
    """Whether `frames` never ends. If False, the engine reads on after `length` pictures, even if
    they are not used, to find out where the dream ends."""

    finite: bool = False
    """Whether `frames` ends even if `length` is None. If this is False and `length` is None, a
    training uses only a part of the source."""

    @abstractmethod
    def frames(self, start: int = 0) -> Iterator[Picture]:
        """Yield pictures uint8 `(H, W, 3)` from picture `start` on, in bounded memory.

        Pictures are numbered from 0 in playback order, including repeats: `frames(k)` yields the
        same pictures as `frames()` after its first k. A finite source yields nothing after its end.
        A source that can seek should do so; any other reads from the first picture and skips k of
        them, as `yield from itertools.islice(pictures, start, None)` does.

        Each picture is a new array, or one that the source never writes to again, because the
        engine keeps some of them. Several iterators of one footage may be read at the same time.
        Closing an iterator frees its resources.

        Args:
            start: number of the first picture, 0 or more.

        Raises:
            SourceError: when a picture cannot be read; the message names the file.
        """

    speed: float = 1.0
    """Playback speed: seconds of the file per second of the pictures. The file's sound is played at
    the same speed."""

    def time_of(self, number: int) -> float | None:
        """Return the time of picture `number` in the file that the source plays, in seconds.

        It synchronises the file's sound with a film. None if the source does not play a single
        file.

        Args:
            number: number of the picture, as in `frames`.
        """
        return None


def is_picture(path: str | Path) -> bool:
    """Return whether a file name is that of a still picture; a GIF counts as video."""
    kind, _ = mimetypes.guess_type(Path(path).name, strict=False)
    return kind is not None and kind.startswith("image/") and kind != "image/gif"


class Source(Plugin):
    """Base of sources. Parameters that name files are marked `Param(..., path=True)`."""

    kind: ClassVar[str] = "source"

    @abstractmethod
    def open(self, size: Size | None = None, fps: float | None = None) -> Footage:
        """Open the source.

        Args:
            size: width and height of the pictures; None for the source's own.
            fps: pictures per second; None for the source's own.

        Raises:
            SourceError: when nothing can be read, with a remedy.
        """

    def once(self) -> Source:
        """Return the same source without repeats, for preparing a dataset."""
        return self

    def fingerprint(self) -> dict[str, str]:
        """Return values that identify the content, such as hashes of files, for the cache.

        The parameters need not be included.
        """
        return {}
