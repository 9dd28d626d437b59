"""The `[audio.NAME]` tables of a preset."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from artengine.audio import Shape
from artengine.audio.bands import HIGHEST, Band
from artengine.settings_table import Settings

SOURCE = "source"
"""The path that means the clip's own sound."""

ABOUT = (
    "Sounds that films are driven by and carry, as `[audio.music]`. With one sound its features "
    "are `kick` or `music.kick` in expressions, with several only `music.kick`. Each feature may "
    "have a table inside, as `kick = { release = 0.4 }`, and so may bands of your own, as "
    "`voice = { band = [300, 3400] }`."
)
"""What is said of the table."""

Frequency = Annotated[float, Field(ge=0, le=HIGHEST)]


class AudioSettings(Settings):
    """A sound, as `[audio.music]`. The film carries it, and expressions read its features: `kick`,
    or `music.kick` where there are several sounds. Tables inside, as
    `[audio.music.kick]`, say how a feature moves."""

    path: str = Field(min_length=1)
    """Any sound or video file, relative to the preset. "source" is the clip's own sound."""

    start: float = Field(0.0, ge=-86_400, le=86_400)
    """Where in the sound the film begins, in seconds; below 0 the sound begins later than the film.
    Of the clip's own sound, how much later than the film's first frame in the clip."""

    gain: float = Field(1.0, ge=0, le=16)
    """How loud it is in the film: 1 as it is, 0 not heard at all. Features do not depend on it."""


class FeatureSettings(Settings):
    """How a feature of a sound moves, as `[audio.music.kick]`."""

    attack: float = Field(0.0, ge=0, le=60)
    """How fast it rises, in seconds for two thirds of the way. 0 is at once."""

    release: float | None = Field(None, ge=0, le=60)
    """How fast it falls, in seconds for two thirds of the way. Left out, 0.2 for `kick`, `snare`,
    `hat` and `onset`, and 0.1 for the others."""

    floor: float = Field(0.0, ge=0, lt=1)
    """Values up to this are 0; what is above it is spread from 0 to 1 again."""

    band: tuple[Frequency, Frequency] | None = None
    """The lowest and the highest frequency of a band of your own, in Hz."""

    def shape(self) -> Shape:
        """How it moves."""
        return Shape(self.attack, self.release, self.floor)

    def own_band(self) -> Band | None:
        """Its band, where it has one of its own."""
        return self.band
