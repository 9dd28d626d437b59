"""H.264 in MP4: plays everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal, Self

import cv2

from artengine.api import Film, Param, Picture, Sink, remux
from artengine_plugins.writers.encoded import BT709, TO_YUV
from artengine_plugins.writers.movie import MovieSink
from artengine_plugins.writers.recipes import RecipeWriter

_WORST_QUALITY = 51  # of the rate factors

_LOOK_AHEAD = {"superfast": ("-x264-params", "mbtree=1:rc-lookahead=10")}
"""Options that restore what x264's preset `superfast` turns off: looking ten pictures ahead for
parts that do not change. Without it files of quiet scenes are twice as large."""


class Mp4(RecipeWriter):
    """A film in H.264, which plays everywhere.

    Odd sizes grow by one pixel, because the format stores colour for every other pixel only.
    """

    name: ClassVar[str] = "mp4"
    suffixes: ClassVar[tuple[str, ...]] = (".mp4", ".m4v", ".mov")

    quality: int = Param(18, ge=0, le=51)
    """Constant rate factor: 18 looks like the original, 23 makes files a third smaller, 51 is the
    worst."""

    speed: Literal[
        "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower"
    ] = "superfast"
    """Encoding speed: slower settings make smaller files. `superfast` makes files a tenth larger
    than `veryfast` in two thirds of the time; the slow ones are for files to keep."""

    width: int | None = Param(None, ge=16, le=16384, unit="pixels")
    """Width to scale the film to; the height follows. The width of the dream when left
    out."""

    max_bytes: int | None = Param(None, ge=10_000, unit="bytes")
    """Maximum size of the file. A film that comes out larger is encoded again at the end, as well
    as fits; if even the worst quality does not fit, it stays larger. No limit when left out."""

    def open(self, path: Path, film: Film) -> Sink:
        """Start the file; see `Writer.open`."""
        width, height = film.size
        even = (width + width % 2, height + height % 2)
        return MovieSink(
            path,
            replace(film, size=even),
            ["-vf", f"{self._scale()}{TO_YUV},format=yuv420p", *self._encoding(self.quality)],
            prepare=None if even == film.size else _pad_to_even,
            revise=self._fit,
        )

    def part(self, size: int) -> Self:
        """Return the writer for a part of a film in the film's quality; see `Writer.part`."""
        if self.max_bytes is None:
            return self
        # At the same quality, a part is a little smaller or larger than in the film.
        return self.model_copy(update={"max_bytes": round(size * 1.02)})

    def _scale(self) -> str:
        return "" if self.width is None else f"scale={self.width - self.width % 2}:-2:flags=area,"

    def _encoding(self, quality: int) -> list[str]:
        encoder = ["-c:v", "libx264", "-crf", str(quality), "-preset", self.speed]
        return [*encoder, *_LOOK_AHEAD.get(self.speed, ()), *BT709]

    def _fit(self, path: Path, container: Sequence[str]) -> None:
        """Encode a finished film again if it is larger than `max_bytes`."""
        smaller, file, quality = path.with_name("smaller.mp4"), path, self.quality
        while self.max_bytes and quality < _WORST_QUALITY:
            excess = file.stat().st_size / self.max_bytes
            if excess <= 1:
                break
            # Six steps of the rate factor halve a file, approximately.
            quality = min(_WORST_QUALITY, quality + math.ceil(6 * math.log2(excess)))
            remux(path, smaller, [*self._encoding(quality), *container])
            file = smaller
        if file != path:
            smaller.replace(path)


def _pad_to_even(picture: Picture) -> Picture:
    down, right = picture.shape[0] % 2, picture.shape[1] % 2
    grown: Picture = cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    return grown
