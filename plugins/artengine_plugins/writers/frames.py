"""Numbered pictures in a folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image

from artengine.api import Film, Picture, Sink, WriterError
from artengine_plugins.writers.unfinished import Unfinished, cannot_write


class FramesSink(Sink):
    """Pictures into a folder called as the target without its suffix: `dream/00000.png` and so on.

    A folder of that name is replaced when it holds numbered pictures only, and is an error
    otherwise.

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
        self._file = Unfinished(self._folder)
        try:
            self._file.path.mkdir()
        except OSError as error:
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

    def close(self) -> None:
        """Give the folder its name."""
        if self._taken == 0:
            self.abort()
            raise WriterError(f"{self._folder}: no frame was written, so there is no film")
        _refuse_others(self._folder)
        if not self._folder.exists():
            self._file.keep()
            return
        old = Unfinished(self._folder, ".old")
        try:
            self._folder.replace(old.path)
        except OSError as error:
            self.abort()
            raise cannot_write(self._folder, error) from error
        self._file.keep()
        old.remove()

    def abort(self) -> None:
        """Remove the folder."""
        self._file.remove()


def _refuse_others(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise WriterError(
            f"{folder} is a file where a folder of frames would go; choose another name"
        )
    for file in folder.iterdir():
        if not re.fullmatch(r"\d+\.(png|jpe?g)", file.name):
            raise WriterError(
                f"{folder} holds more than frames ({file.name}) and is kept; choose another name"
            )
