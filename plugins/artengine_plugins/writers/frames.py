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
"""Name of the file that marks a folder of frames as written by artengine."""

RECIPE = "recipe.toml"
"""Holds the recipe of a folder whose frames cannot; `artengine dream` accepts the folder."""


class FramesWriter(RecipeWriter):
    """Base of writers of frames: `dream.png` makes the folder `dream`."""

    def result(self, path: Path) -> Path:
        """Return the folder of the frames."""
        return path.with_suffix("")

    def obstacle(self, result: Path) -> str:
        """Return why the result must not be replaced: another origin, or other files in it."""
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
        """Return True: the frames or the folder carry the recipe."""
        return True

    @classmethod
    def read_recipe(cls, path: Path) -> str:
        """Read the recipe of a frame, or else that of its folder."""
        recipe = super().read_recipe(path)
        if not recipe and (path.parent / MARK).exists():
            with suppress(OSError):
                return (path.parent / RECIPE).read_text(encoding="utf-8", errors="replace")
        return recipe


class FramesSink(Sink):
    """A sink for a folder named like the path without suffix: `dream/00000.png` and so on.

    Args:
        path: the path as the user gave it, such as `dream.png`.
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
            # Encode to memory, because Pillow does not notice a disk that takes only a part.
            self._save(Image.fromarray(picture), encoded, self._film)
            file.write_bytes(encoded.getbuffer())
        except OSError as error:
            with suppress(OSError):
                file.unlink(missing_ok=True)
            raise cannot_write(error) from error
        self._taken += 1

    def close(self) -> None:
        """Check that the folder has frames."""
        if self._taken == 0:
            raise WriterError("no frame was written, so there is no film")

    def salvage(self) -> bool:
        """Return whether there are frames; they are complete."""
        return self._taken > 0

    def abort(self) -> None:
        """Do nothing: the sink holds no resources."""
