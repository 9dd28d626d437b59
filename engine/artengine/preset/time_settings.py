"""The `[time]` table of a preset."""

from __future__ import annotations

from pydantic import Field

from artengine.curves import Tempo
from artengine.settings_table import Settings


class TimeSettings(Settings):
    """Where the beats and bars of a film fall. Times of curves may be given in them, as "4b" and
    "2bar", and expressions know them as `beat` and `bar`."""

    bpm: float = Field(120.0, ge=1, le=1000)
    """Beats a minute."""

    offset: float = Field(0.0, ge=-86_400, le=86_400)
    """When the first beat falls, in seconds after the film's first frame."""

    beats_per_bar: int = Field(4, ge=1, le=64)
    """Beats in a bar."""

    def tempo(self) -> Tempo:
        """The tempo of clocks."""
        return Tempo(self.bpm, self.offset, self.beats_per_bar)
