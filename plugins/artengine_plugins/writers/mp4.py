"""H.264 in MP4: plays everywhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal

import cv2

from artengine.api import Film, Param, Picture, Sink
from artengine_plugins.writers.encoded import BT709, TO_YUV
from artengine_plugins.writers.movie import MovieSink
from artengine_plugins.writers.recipes import RecipeWriter

_LOOK_AHEAD = {"superfast": ("-x264-params", "mbtree=1:rc-lookahead=10")}
"""What x264 leaves out from this preset on, and has from `veryfast` on: looking ten pictures ahead
for what stays as it is. Without it files of quiet scenes are twice as large."""


class Mp4(RecipeWriter):
    """A film in H.264, which plays everywhere.

    Odd sizes grow by one pixel, for the format stores colour for every other pixel only.
    """

    name: ClassVar[str] = "mp4"
    suffixes: ClassVar[tuple[str, ...]] = (".mp4", ".m4v", ".mov")

    quality: int = Param(18, ge=0, le=51)
    """Constant rate factor: 18 looks like the original, 23 is a third smaller, 51 is the worst."""

    speed: Literal[
        "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower"
    ] = "superfast"
    """How little time is spent on making the file small. `superfast` makes files a tenth larger
    than `veryfast` in two thirds of the time; what comes after it is for keeping."""

    def open(self, path: Path, film: Film) -> Sink:
        """Start the file; see `Writer.open`."""
        width, height = film.size
        even = (width + width % 2, height + height % 2)
        options = ["-vf", f"{TO_YUV},format=yuv420p", "-c:v", "libx264", "-crf", str(self.quality)]
        options += ["-preset", self.speed, *_LOOK_AHEAD.get(self.speed, ()), *BT709]
        return MovieSink(
            path,
            replace(film, size=even),
            options,
            prepare=None if even == film.size else _even,
        )


def _even(picture: Picture) -> Picture:
    down, right = picture.shape[0] % 2, picture.shape[1] % 2
    grown: Picture = cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    return grown
