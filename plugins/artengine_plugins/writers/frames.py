"""Numbered pictures in a folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from PIL import Image

from artengine.api import Film, Picture, Sink, WriterError, cannot_write
from artengine_plugins.writers.recipes import JPEG_COMMENT, RecipeWriter

MARK = ".artengine-frames"
"""The file by which a folder of frames is known as written here."""

RECIPE = "recipe.toml"
"""Holds the recipe of a folder whose frames cannot: `artengine dream` takes such a folder."""


class FramesWriter(RecipeWriter):
    """Base of writers of frames: `dream.png` makes the folder `dream`."""

    def result(self, path: Path) -> Path:
        """The folder of the frames."""
        return path.with_suffix("")

    def obstacle(self, result: Path) -> str:
        """Only a folder that was written here is replaced, and only if nothing else is in it."""
        if not result.is_dir():
            return "is a file where a folder of frames would go"
        names = sorted(file.name for file in result.iterdir())
        if names and MARK not in names:
            return f"holds pictures or files of another origin ({names[0]})"
        for name in names:
            if name not in (MARK, RECIPE) and not re.fullmatch(r"\d+\.(png|jpe?g)", name):
                return f"holds more than frames ({name})"
        return ""

    def carries(self, path: Path, recipe: str) -> bool:
        """Always: the frames, or the folder."""
        return True

    @classmethod
    def read_recipe(cls, path: Path) -> str:
        """Read the recipe of a frame, or that of its folder."""
        recipe = super().read_recipe(path)
        if not recipe and (path.parent / MARK).exists():
            with suppress(OSError):
                return (path.parent / RECIPE).read_text(encoding="utf-8", errors="replace")
        return recipe


class FramesSink(Sink):
    """Pictures into a folder called as the path without its suffix: `dream/00000.png` and so on.

    Args:
        path: the path as the user gave it, as `dream.png`.
        film: the film.
        save: encodes one picture of a film into a buffer.
    """

    def __init__(
        self, path: Path, film: Film, save: Callable[[Image.Image, BytesIO, Film], None]
    ) -> None:
        self._folder, self._suffix, self._save = path.with_suffix(""), path.suffix.lower(), save
        self._taken = 0
        self._digits = max(5, len(str((film.frames or 1) - 1)))
        fits = len(film.recipe.encode()) <= JPEG_COMMENT
        self._film = film if fits else replace(film, recipe="")
        try:
            self._folder.mkdir()
            (self._folder / MARK).touch()
            if not fits:
                (self._folder / RECIPE).write_text(film.recipe, encoding="utf-8")
        except OSError as error:
            raise cannot_write(error) from error

    def write(self, picture: Picture) -> None:
        """Save the next picture."""
        width, height = self._film.size
        if picture.shape != (height, width, 3):
            raise WriterError(
                f"frame {self._taken} is of shape {picture.shape}; the film's are {width}x{height}"
            )
        file = self._folder / f"{self._taken:0{self._digits}d}{self._suffix}"
        encoded = BytesIO()
        try:
            # Pillow does not notice when a disk takes only a part of what it writes.
            self._save(Image.fromarray(picture), encoded, self._film)
            file.write_bytes(encoded.getbuffer())
        except OSError as error:
            with suppress(OSError):
                file.unlink(missing_ok=True)
            raise cannot_write(error) from error
        self._taken += 1

    def close(self) -> None:
        """Nothing is left to do."""
        if self._taken == 0:
            raise WriterError("no frame was written, so there is no film")

    def salvage(self) -> bool:
        """The frames so far are complete."""
        return self._taken > 0

    def abort(self) -> None:
        """Nothing is held."""
