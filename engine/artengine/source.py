"""Sources: frames of real or synthetic video, supplied lazily."""

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
    """Pictures a second."""

    length: int | None
    """How many pictures there are before the source ends or repeats itself. None for an endless
    source, and where that is only known once it has been read."""

    endless: bool = False
    """Whether `frames` never stops by itself. Where this is False, the engine reads on after
    `length` pictures, even if nothing looks at them, to find out where the dream ends."""

    finite: bool = False
    """Whether `frames` stops by itself even where `length` is None. Where this is False and
    `length` is None, a training learns from a part of the source only."""

    @abstractmethod
    def frames(self, start: int = 0) -> Iterator[Picture]:
        """Yield pictures uint8 `(H, W, 3)` from picture `start` on, in bounded memory.

        Pictures are numbered from 0 in the order in which they are played, repeats included:
        `frames(k)` yields the same pictures as `frames()` does after its first k. A source that
        ends yields nothing from its end on. A source that can seek should do so; one that cannot
        reads its pictures from the first one and leaves out k of them, as
        `yield from itertools.islice(pictures, start, None)` does.

        Each picture is a new array, or one that the source never writes to again, because the
        engine keeps some of them. Several iterators of one footage may be read at the same time.
        Closing an iterator frees what it holds.

        Args:
            start: number of the first picture, 0 or more.

        Raises:
            SourceError: when a picture cannot be read; the message names the file.
        """

    speed: float = 1.0
    """How many seconds of the file that the source plays pass in a second of its pictures. Sound
    of the file is played as fast."""

    def time_of(self, number: int) -> float | None:
        """When picture `number` is shown in the file that the source plays, in seconds.

        Sound of the file is laid under a film by it. None where the source plays no single file.

        Args:
            number: of the picture, counted as `frames` does.
        """
        return None


def is_picture(path: str | Path) -> bool:
    """Whether a file's name is that of a still picture; a GIF is video."""
    kind, _ = mimetypes.guess_type(Path(path).name, strict=False)
    return kind is not None and kind.startswith("image/") and kind != "image/gif"


class Source(Plugin):
    """Base of sources. Parameters that name files are marked `Param(..., path=True)`."""

    kind: ClassVar[str] = "source"

    @abstractmethod
    def open(self, size: Size | None = None, fps: float | None = None) -> Footage:
        """Open the source.

        Args:
            size: width and height to deliver; None for the source's own.
            fps: pictures a second to deliver; None for the source's own.

        Raises:
            SourceError: when there is nothing that can be read, with what to do instead.
        """

    def once(self) -> Source:
        """The same source without repeats at its end, for preparing a dataset."""
        return self

    def fingerprint(self) -> dict[str, str]:
        """What tells one content from another, such as hashes of files, for the cache.

        The parameters themselves need not be repeated.
        """
        return {}
