"""Writers: pictures to a file, a folder or a stream."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from artengine.frame import Picture, Size
from artengine.params import Param, Plugin


@dataclass(frozen=True, slots=True)
class Film:
    """What a writer is told of the film before its first picture.

    Args:
        size: width and height of every picture.
        fps: pictures a second.
        frames: how many there will be, or None when nobody knows.
        recipe: the TOML that makes this film again, to be carried inside the file.
        title: the preset's title.
    """

    size: Size
    fps: float
    frames: int | None
    recipe: str = ""
    title: str = ""


class Sink(ABC):
    """An opened writer. Exactly one of `close` and `abort` ends it."""

    partial: bool = False
    """Whether the film was left before its end, as is known when it is closed. A fragment replaces
    nothing: where a film stands under its name already, it gets another name beside it."""

    @abstractmethod
    def write(self, picture: Picture) -> None:
        """Take the next picture, uint8 `(H, W, 3)`. Raises `WriterError`."""

    @abstractmethod
    def close(self) -> Path | None:
        """Finish the file and give it its final name, or return the other one that it got.

        Raises `WriterError`.
        """

    @abstractmethod
    def abort(self) -> None:
        """Stop and remove what is unfinished; never raises."""


class Writer(Plugin):
    """Base of writers: written to a temporary name beside the target, renamed once whole."""

    kind: ClassVar[str] = "writer"

    suffixes: ClassVar[tuple[str, ...]]
    """File endings that choose this writer, as `(".mp4", ".m4v")`; empty for one that is only
    ever chosen by name. The first one is given to a path that a preset leaves out."""

    path: str = Param("")
    """Where to write, relative to the folder the command runs in; by default the preset's name."""

    @abstractmethod
    def open(self, target: Path, film: Film) -> Sink:
        """Start writing a film to `target`.

        The target's folder exists. Raises `WriterError` when nothing can be written there.
        """

    def result(self, target: Path) -> Path:
        """What stands there once a film was written to `target`: a file, or a folder of frames."""
        return target

    @classmethod
    def read_recipe(cls, path: Path) -> str:
        """Return the recipe that a file of one of the writer's endings carries, or an empty text.

        Raises `SourceError` when the file cannot be read.
        """
        return ""
