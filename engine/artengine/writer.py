"""Writers: write pictures to a file or to a folder of files."""

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
    """The properties of a film that are known before its first picture.

    Args:
        size: width and height of every picture.
        fps: pictures per second.
        frames: number of pictures, or None if unknown.
        recipe: the TOML that makes this film again, to be embedded in the file.
        title: the preset's title.
        source_time: time in the source's file of the source frame at the film's first frame, in
            seconds, to synchronise its sound with the film; None if the source does not play a
            single file.
        sounds: sounds of the film, each from its first frame on; a writer whose format has no sound
            ignores them. See `add_sound`.
    """

    size: Size
    fps: float
    frames: int | None
    recipe: str = ""
    title: str = ""
    source_time: float | None = None
    sounds: tuple[Sound, ...] = ()


class Sink(ABC):
    """An open writer. Exactly one of `close`, `salvage` and `abort` ends it."""

    @abstractmethod
    def write(self, picture: Picture) -> None:
        """Write the next picture, uint8 `(H, W, 3)`.

        Raises:
            WriterError: when it cannot be written; the engine prefixes the file's name.
        """

    @abstractmethod
    def close(self) -> None:
        """Finish the file.

        Raises:
            WriterError: when that fails, or when there was no picture.
        """

    def salvage(self) -> bool:
        """End after `write` or `close` failed, for example on a full disk; never raises.

        Returns:
            Whether the file is a playable film of the pictures before the failure.
        """
        self.abort()
        return False

    @abstractmethod
    def abort(self) -> None:
        """Stop and free all resources; the caller removes the file. Never raises."""


class Writer(Plugin):
    """Base of writers.

    A writer writes to a path in a hidden folder. The engine moves the file to its target once the
    sink is closed, replaces existing files only on request, and removes unfinished ones.
    """

    kind: ClassVar[str] = "writer"

    suffixes: ClassVar[tuple[str, ...]]
    """File suffixes that select this writer, such as `(".mp4", ".m4v")`; empty if it is only
    selected by name. The first one is the default suffix if a preset gives no path."""

    path: str = Param("")
    """Output path, relative to the current folder; by default the preset's name."""

    @abstractmethod
    def open(self, path: Path, film: Film) -> Sink:
        """Start writing a film.

        Args:
            path: the file to create, with the final suffix. It does not exist yet, and temporary
                files may be created next to it while the sink is open.
            film: the properties of the film.

        Raises:
            WriterError: when the file cannot be written.
        """

    def result(self, path: Path) -> Path:
        """Return the file, or the folder of frames, that a film written to `path` results in."""
        return path

    def obstacle(self, result: Path) -> str:
        """Return why `--overwrite` may not replace the file at `result`; empty if it may.

        Args:
            result: an existing path, as `Writer.result` returns it.
        """
        return "is a folder where a file would go" if result.is_dir() else ""

    def memory(self, size: Size, frames: int) -> int:
        """Return the number of bytes that are kept in memory until the film ends.

        A preset whose writers need more than 2 GB is rejected.

        Args:
            size: the film's width and height.
            frames: the film's length.
        """
        return 0

    def part(self, size: int) -> Self:
        """Return a writer that writes a part of a film with the quality of the whole film.

        Override this if the quality depends on the film.

        Args:
            size: number of bytes of the part within the film.
        """
        return self

    def carries(self, path: Path, recipe: str) -> bool:
        """Return whether the file at `path` can hold the recipe; if not, it gets a sidecar."""
        return False

    @classmethod
    def read_recipe(cls, path: Path) -> str:
        """Return the recipe embedded in a file with one of the writer's suffixes, or an empty text.

        Raises:
            SourceError: when the file cannot be read.
        """
        return ""

    @classmethod
    def strip_recipe(cls, path: Path, target: Path) -> None:
        """Write a copy of a file without its embedded recipe and title.

        Called for files in which `read_recipe` finds a recipe.

        Args:
            path: the file; it is not changed.
            target: the file to write, with the same suffix. It does not exist yet.

        Raises:
            SourceError: when the file cannot be read.
            WriterError: when the copy cannot be written, or the writer cannot remove recipes.
        """
        raise WriterError(f'the writer "{cls.name}" cannot take a recipe out of its files')
