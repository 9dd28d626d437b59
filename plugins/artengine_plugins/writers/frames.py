"""Numbered pictures in a folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from PIL import Image

from artengine.api import Film, Picture, Sink, WriterError
from artengine_plugins.writers.unfinished import Unfinished, cannot_write

MARK = ".artengine-frames"
"""The file by which a folder of frames is known as written here."""


class FramesSink(Sink):
    """Pictures into a folder called as the target without its suffix: `dream/00000.png` and so on.

    A folder of that name is replaced when it is empty, or when this wrote it and it holds nothing
    but frames since; it is an error otherwise.

    Args:
        target: the path a person gave, as `dream.png`.
        film: the film.
        save: encodes one picture into a buffer.
    """

    def __init__(
        self, target: Path, film: Film, save: Callable[[Image.Image, BytesIO], None]
    ) -> None:
        self._suffix, self._save = target.suffix.lower(), save
        self._size, self._taken = film.size, 0
        self._digits = max(5, len(str((film.frames or 1) - 1)))
        self._folder = target.with_suffix("")
        _refuse_others(self._folder)
        self._file = Unfinished(self._folder, folder=True)
        try:
            self._file.path.mkdir()
            (self._file.path / MARK).touch()
        except OSError as error:
            self.abort()
            raise cannot_write(self._folder, error) from error

    def write(self, picture: Picture) -> None:
        """Save the next picture."""
        if picture.shape != (self._size[1], self._size[0], 3):
            raise WriterError(
                f"{self._folder}: frame {self._taken} is of shape {picture.shape}; "
                f"the film's are {self._size[0]}x{self._size[1]}"
            )
        file = self._file.path / f"{self._taken:0{self._digits}d}{self._suffix}"
        encoded = BytesIO()
        try:
            # Pillow does not notice when a disk takes only a part of what it writes.
            self._save(Image.fromarray(picture), encoded)
            file.write_bytes(encoded.getbuffer())
        except OSError as error:
            raise cannot_write(self._folder / file.name, error) from error
        self._taken += 1

    def close(self) -> Path | None:
        """Give the folder its name."""
        if self._taken == 0:
            self.abort()
            raise WriterError(f"{self._folder}: no frame was written, so there is no film")
        old = None if self.partial else self._set_aside()
        try:
            made = self._file.keep(partial=self.partial)
        except BaseException:
            if old is not None and not self._folder.exists():
                with suppress(OSError):
                    old.path.replace(self._folder)
            raise
        if old is not None:
            old.remove()
        return made

    def _set_aside(self) -> Unfinished | None:
        """Rename the folder that is to be replaced; one that may not be stays in the way."""
        if not self._folder.is_dir() or _others_in(self._folder):
            return None
        old = Unfinished(self._folder, ".old", folder=True)
        try:
            self._folder.replace(old.path)
        except OSError:
            return None
        return old

    def abort(self) -> None:
        """Remove the folder."""
        self._file.remove()


def _refuse_others(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise WriterError(
            f"{folder} is a file where a folder of frames would go; choose another name"
        )
    others = _others_in(folder) if folder.exists() else ""
    if others:
        raise WriterError(f"{folder} {others} and is kept; choose another name")


def _others_in(folder: Path) -> str:
    """Say what keeps a folder from being replaced; empty when nothing does."""
    names = sorted(file.name for file in folder.iterdir())
    if names and MARK not in names:
        return f"holds pictures or files of another origin ({names[0]})"
    for name in names:
        if name != MARK and not re.fullmatch(r"\d+\.(png|jpe?g)", name):
            return f"holds more than frames ({name})"
    return ""
