"""ProRes in QuickTime: for editing."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from artengine.api import Film, Sink
from artengine_plugins.writers.encoded import BT709, TO_YUV
from artengine_plugins.writers.movie import MovieSink
from artengine_plugins.writers.recipes import RecipeWriter


class ProRes(RecipeWriter):
    """A film in ProRes, for editing: ten bits, every frame on its own, and large files."""

    name: ClassVar[str] = "prores"
    suffixes: ClassVar[tuple[str, ...]] = (".prores.mov",)

    profile: Literal["proxy", "lt", "standard", "hq"] = "hq"
    """Quality, from previews to masters: `hq` takes about 200 megabits a second for full HD at 25
    frames a second, and `proxy` a fifth of it."""

    def open(self, path: Path, film: Film) -> Sink:
        """Start the file; see `Writer.open`."""
        options = ["-vf", f"{TO_YUV},format=yuv422p10le", "-c:v", "prores_ks"]
        options += ["-profile:v", self.profile, "-vendor", "apl0"]
        return MovieSink(path, film, [*options, *BT709], sound=["-c:a", "pcm_s16le"])
