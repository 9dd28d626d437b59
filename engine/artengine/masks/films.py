"""Pictures and films from files, which masks read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeAlias

from artengine.errors import SourceError
from artengine.frame import Picture, Size, to_frame
from artengine.masks.plane import Plane
from artengine.masks.seen import Seen


class Playing(Protocol):
    """An opened film; `artengine.source.Footage` is one."""

    @property
    def length(self) -> int | None:
        """The number of pictures before it repeats itself, if that is known."""

    def frames(self, start: int = 0) -> Iterator[Picture]:
        """Yield pictures from an index on."""


class Film(Protocol):
    """A picture or film; `artengine.source.Source` is one."""

    def open(self, size: Size | None = None, fps: float | None = None) -> Playing:
        """Open it at a size and frame rate. Raises `SourceError` when it cannot be read."""


FilmOf: TypeAlias = Callable[[str], Film]
"""Returns the film for a path."""


class Player:
    """Plays a file along with a film, from its beginning, and repeats it.

    The picture depends only on the frame's index, so a film that is continued needs no state of it.

    Args:
        path: the file, for messages.
        film: the film to play.
    """

    def __init__(self, path: str, film: Film) -> None:
        self._path, self._film = path, film
        self._opened: tuple[Size, float] | None = None
        self._pictures: Iterator[Picture] = iter(())
        self._next = 0
        self._still = False
        self._shown: Plane | None = None

    def at(self, index: int, size: Size, fps: float) -> Plane:
        """Return the luma of the picture for a frame, `(H, W)` in 0..1.

        Raises:
            SourceError: when the file cannot be read; the message names it.
        """
        if (size, fps) != self._opened or (not self._still and index not in self._ready):
            self.close()
            playing = self._film.open(size, fps)
            self._still = playing.length == 1
            self._pictures, self._opened = playing.frames(0 if self._still else index), (size, fps)
            self._next, self._shown = index, None
        if self._shown is None or (not self._still and index == self._next):
            picture = next(self._pictures, None)
            if picture is None:
                raise SourceError(f"{self._path} holds no pictures; choose another file")
            self._shown, self._next = Seen(to_frame(picture)).luma, index + 1
        return self._shown

    @property
    def _ready(self) -> tuple[int, ...]:
        """The frames that can be shown without seeking."""
        return (self._next,) if self._shown is None else (self._next - 1, self._next)

    def close(self) -> None:
        """Close the file; it is opened again when needed."""
        close = getattr(self._pictures, "close", None)
        if close is not None:
            close()
        self._opened, self._pictures, self._shown = None, iter(()), None
