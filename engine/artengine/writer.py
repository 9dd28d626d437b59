"""Writers: pictures to a file or to a folder of files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from artengine.errors import WriterError
from artengine.ffmpeg import Sound
from artengine.frame import Picture, Size
from artengine.params import Param, Plugin


@dataclass(frozen=True, slots=True)
class Film:
    """What a writer knows of the film before its first picture.

    Args:
        size: width and height of every picture.
        fps: pictures a second.
        frames: how many there will be, or None when that is unknown.
        recipe: the TOML that makes this film again, to be carried inside the file.
        title: the preset's title.
        source_time: when the source's frame at the film's first frame is shown in the source's
            file, in seconds, so that its sound can be laid under the film; None where the source
            plays no single file.
        sounds: what is heard under it, each from the film's first frame on; a writer whose format
            carries no sound leaves them out. See `add_sound`.
    """

    size: Size
    fps: float
    frames: int | None
    recipe: str = ""
    title: str = ""
    source_time: float | None = None
    sounds: tuple[Sound, ...] = ()


class Sink(ABC):
    """An opened writer. Exactly one of `close`, `salvage` and `abort` ends it."""

    @abstractmethod
    def write(self, picture: Picture) -> None:
        """Take the next picture, uint8 `(H, W, 3)`.

        Raises:
            WriterError: when it cannot be written; the file's name is put before the message.
        """

    @abstractmethod
    def close(self) -> None:
        """Finish the file.

        Raises:
            WriterError: when that fails, or when there was no picture.
        """

    def salvage(self) -> bool:
        """End after `write` or `close` failed, on a full disk for example; never raises.

        Returns:
            Whether the file holds a film of the pictures before the failure and is worth keeping.
        """
        self.abort()
        return False

    @abstractmethod
    def abort(self) -> None:
        """Stop and free what is held; the file is removed by the caller. Never raises."""


class Writer(Plugin):
    """Base of writers.

    A writer makes its file in a hidden folder that it is given. The engine moves the file to its
    place once the sink is closed, replaces nothing unless asked to, and removes what is unfinished.
    """

    kind: ClassVar[str] = "writer"

    suffixes: ClassVar[tuple[str, ...]]
    """File endings that choose this writer, as `(".mp4", ".m4v")`; empty for one that is only
    ever chosen by name. The first one is given to a path that a preset leaves out."""

    path: str = Param("")
    """Where to write, relative to the folder the command runs in; by default the preset's name."""

    @abstractmethod
    def open(self, path: Path, film: Film) -> Sink:
        """Start writing a film.

        Args:
            path: the file to make, with the final ending. Nothing is there yet, and other files
                may be kept beside it while the sink is open.
            film: what is to be written.

        Raises:
            WriterError: when nothing can be written there.
        """

    def result(self, path: Path) -> Path:
        """What is there once a film was written to `path`: a file, or a folder of frames."""
        return path

    def obstacle(self, result: Path) -> str:
        """Say why `--overwrite` may not replace what is at `result`; empty when it may.

        Args:
            result: a path at which something is, as `Writer.result` returns it.
        """
        return "is a folder where a file would go" if result.is_dir() else ""

    def memory(self, size: Size, frames: int) -> int:
        """Bytes that are kept in memory until the film ends.

        A preset whose writers ask for more than 2 GB is refused.

        Args:
            size: the film's width and height.
            frames: the film's length.
        """
        return 0

    def part(self, size: int) -> Self:
        """The writer that makes a file of a part of a film in the quality of the whole one.

        For a writer whose quality depends on the film; others make every part alike.

        Args:
            size: how many bytes the part takes in the film.
        """
        return self

    def carries(self, path: Path, recipe: str) -> bool:
        """Whether the file at `path` can hold a recipe; one that cannot is written beside it."""
        return False

    @classmethod
    def read_recipe(cls, path: Path) -> str:
        """Return the recipe that a file of one of the writer's endings carries, or an empty text.

        Raises:
            SourceError: when the file cannot be read.
        """
        return ""

    @classmethod
    def strip_recipe(cls, path: Path, target: Path) -> None:
        """Write a copy of a file without the recipe and the title that it carries.

        Called for files whose recipe `read_recipe` returns.

        Args:
            path: the file; it stays as it is.
            target: the file to write, with the same ending. Nothing is there yet.

        Raises:
            SourceError: when the file cannot be read.
            WriterError: when the copy cannot be written, or the writer takes no recipe out.
        """
        raise WriterError(f'the writer "{cls.name}" cannot take a recipe out of its files')
