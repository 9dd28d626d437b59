"""Sources: frames of real or synthetic video, supplied lazily."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from artengine.frame import Picture, Size
from artengine.params import Plugin


class Footage(ABC):
    """An opened source, at a fixed size and frame rate."""

    size: Size
    """Width and height of every picture."""

    fps: float
    """Pictures a second."""

    length: int | None
    """How many pictures there are before the source ends or repeats itself; None when it is
    endless, or when that is only known once it has been read."""

    endless: bool = False
    """Whether `frames` surely never stops by itself. Of footage that makes no such promise, what
    lies beyond `length` is read even where nobody looks at it, to know where a dream ends."""

    finite: bool = False
    """Whether `frames` surely stops by itself even where `length` is None. Of footage that makes
    no such promise, only a part is learnt from."""

    @abstractmethod
    def frames(self, start: int = 0) -> Iterator[Picture]:
        """Yield pictures uint8 `(H, W, 3)` from picture `start` on, in bounded memory.

        Starting at k gives what skipping the first k pictures would give. A picture that was
        given out is not filled anew: it is kept while it is looked at. Closing the iterator
        frees what it holds. Raises `SourceError`.
        """


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
        """Facts that tell one content from another (hashes of files, say), for the cache.

        The parameters themselves need not be repeated.
        """
        return {}
