"""VP9 in WebM: for web pages."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from artengine.api import Film, Param, Sink
from artengine_plugins.writers.encoded import BT709, TO_YUV, EncodedSink
from artengine_plugins.writers.recipes import RecipeWriter


class Webm(RecipeWriter):
    """A film in VP9, for web pages: smaller than mp4, slower to make."""

    name: ClassVar[str] = "webm"
    suffixes: ClassVar[tuple[str, ...]] = (".webm",)

    quality: int = Param(31, ge=0, le=63)
    """Constant rate factor: 15 looks like the original, 31 is good, 63 is the worst."""

    speed: int = Param(5, ge=0, le=8)
    """1 is the slowest and makes the smallest files, 8 is the fastest."""

    def open(self, path: Path, film: Film) -> Sink:
        """Start the file; see `Writer.open`."""
        options = ["-vf", f"{TO_YUV},format=yuv420p", "-c:v", "libvpx-vp9", "-b:v", "0"]
        options += ["-crf", str(self.quality), "-cpu-used", str(self.speed), "-row-mt", "1"]
        options += ["-deadline", "realtime" if self.speed > 5 else "good"]
        sound = ["-c:a", "libopus", "-b:a", "160k", "-f", "webm"]
        return EncodedSink(path, film, [*options, *BT709, "-f", "webm"], sound=sound)
