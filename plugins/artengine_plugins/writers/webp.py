"""Animated WebP."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar

from artengine.api import Film, Param, Sink
from artengine_plugins.writers.encoded import EncodedSink
from artengine_plugins.writers.recipes import RecipeWriter, tag_webp


class Webp(RecipeWriter):
    """An animated picture with all its colours, that repeats for ever.

    The encoded pictures stay in memory until the end, so it is for minutes, not for hours.
    """

    name: ClassVar[str] = "webp"
    suffixes: ClassVar[tuple[str, ...]] = (".webp",)

    quality: int = Param(80, ge=0, le=100)
    """100 is the best."""

    effort: int = Param(2, ge=0, le=6)
    """Higher values take longer and make smaller files."""

    def open(self, path: Path, film: Film) -> Sink:
        """Start the file; see `Writer.open`."""
        options = ["-c:v", "libwebp_anim", "-pix_fmt", "bgra", "-quality", str(self.quality)]
        options += ["-compression_level", str(self.effort), "-loop", "0", "-f", "webp"]
        finish = partial(tag_webp, film=film)
        return EncodedSink(path, film, options, finish=finish, tagged=False, plays_in_part=False)
