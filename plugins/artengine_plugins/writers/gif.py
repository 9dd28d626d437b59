"""Animated GIF, with a palette made for the film."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal

import cv2

from artengine.api import Decoder, Encoder, Film, Param, Picture, Sink, Size, cannot_write
from artengine_plugins.writers.recipes import RecipeWriter, tag_gif

# Browsers slow down pictures that are shown for less than two hundredths of a second.
_FASTEST = 50


class Gif(RecipeWriter):
    """An animated picture in up to 256 colours that are chosen for the film; repeats for ever.

    The film is stored losslessly next to the file until its last frame is known, because the
    colours are chosen from all of it. GIF shows at most 50 frames a second: of a faster film every
    second frame is kept, or every third.
    """

    name: ClassVar[str] = "gif"
    suffixes: ClassVar[tuple[str, ...]] = (".gif",)

    every: int = Param(1, ge=1, le=1000)
    """Keep one of this many frames; the film's length stays the same."""

    width: int | None = Param(None, ge=1, le=4096, unit="pixels")
    """Width to shrink the film to, with its aspect ratio; unchanged when left out, and never wider
    than the film."""

    colours: int = Param(256, ge=4, le=256)
    """Size of the palette."""

    dither: Literal["none", "bayer", "floyd_steinberg", "sierra2_4a"] = "sierra2_4a"
    """How colours outside the palette are shown: `bayer` is a regular pattern, the other two
    diffuse the error to the neighbouring pixels."""

    def open(self, path: Path, film: Film) -> Sink:
        """Start the file; see `Writer.open`."""
        width, height = film.size
        if self.width is not None and self.width < width:
            width, height = self.width, max(1, round(height * self.width / width))
        every = max(self.every, math.ceil(film.fps / _FASTEST))
        kept = replace(film, size=(width, height), fps=film.fps / every)
        return _GifSink(self, path, kept, film.size, every)


class _GifSink(Sink):
    def __init__(self, gif: Gif, path: Path, film: Film, given: Size, every: int) -> None:
        self._gif, self._path, self._film, self._given, self._every = gif, path, film, given, every
        self._seen = 0
        self._lossless, self._palette = path.with_name("film.mkv"), path.with_name("palette.png")
        lossless = ["-c:v", "libx264rgb", "-qp", "0", "-preset", "ultrafast", "-f", "matroska"]
        colours = ["-vf", f"palettegen=max_colors={gif.colours}:reserve_transparent=0"]
        colours += ["-c:v", "png", "-f", "image2pipe"]
        self._encoders: list[Encoder] = []
        try:
            for file, options in ((self._lossless, lossless), (self._palette, colours)):
                self._encoders.append(Encoder(file, film.size, film.fps, options))
        except BaseException:
            self.abort()
            raise

    def write(self, picture: Picture) -> None:
        self._seen += 1
        if (self._seen - 1) % self._every:
            return
        if self._film.size != self._given:
            picture = cv2.resize(picture, self._film.size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        for encoder in self._encoders:
            encoder.write(picture)

    def close(self) -> None:
        for encoder in self._encoders:
            encoder.close()
        self._encode()
        try:
            tag_gif(self._path, self._film)
        except OSError as error:
            raise cannot_write(error) from error
        self._lossless.unlink()
        self._palette.unlink()

    def _encode(self) -> None:
        use = f"paletteuse=dither={self._gif.dither}:bayer_scale=1:diff_mode=rectangle"
        options = ["-i", f"file:{self._palette.absolute()}", "-lavfi", f"[0:v][1:v]{use}"]
        options += ["-loop", "0", "-f", "gif"]
        encoder = Encoder(self._path, self._film.size, self._film.fps, options)
        self._encoders.append(encoder)
        with Decoder(self._lossless, self._film.size) as pictures:
            for picture in pictures:
                encoder.write(picture)
        encoder.close()

    def abort(self) -> None:
        for encoder in self._encoders:
            encoder.abort()
