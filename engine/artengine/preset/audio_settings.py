"""The `[audio.NAME]` tables of a preset."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from artengine.audio import Shape
from artengine.audio.bands import HIGHEST, Band
from artengine.settings_table import Settings

SOURCE = "source"
"""The path that stands for the clip's own sound."""

ABOUT = (
    "Sounds that drive films and are played in them, as `[audio.music]`. With one sound its "
    "features are `kick` or `music.kick` in expressions, with several only `music.kick`. Each "
    "feature may have a nested table, such as `kick = { release = 0.4 }`, and so may bands of your "
    "own, such as `voice = { band = [300, 3400] }`."
)
"""The help of the table."""

Frequency = Annotated[float, Field(ge=0, le=HIGHEST)]


class AudioSettings(Settings):
    """A sound, as `[audio.music]`. The film has it as its sound, and expressions read its features:
    `kick`, or `music.kick` if there are several sounds. Nested tables, such as
    `[audio.music.kick]`, set how a feature moves."""

    path: str = Field(min_length=1)
    """Any sound or video file, relative to the preset. "source" is the clip's own sound."""

    start: float = Field(0.0, ge=-86_400, le=86_400, json_schema_extra={"unit": "seconds"})
    """Position in the sound at which the film begins, in seconds; if negative, the sound begins
    after the film. For the clip's own sound, an offset to the film's first frame in the clip."""

    gain: float = Field(1.0, ge=0, le=16)
    """Volume in the film: 1 is unchanged, 0 is silent. Features do not depend on it."""


class FeatureSettings(Settings):
    """How a feature of a sound moves, as `[audio.music.kick]`."""

    attack: float = Field(0.0, ge=0, le=60, json_schema_extra={"unit": "seconds"})
    """Rise time, in seconds for two thirds of a step. 0 is immediate."""

    release: float | None = Field(None, ge=0, le=60, json_schema_extra={"unit": "seconds"})
    """Fall time, in seconds for two thirds of a step. Default: 0.2 for `kick`, `snare`, `hat` and
    `onset`, and 0.1 for the others."""

    floor: float = Field(0.0, ge=0, lt=1)
    """Values up to this become 0; the values above it are rescaled to 0..1."""

    band: tuple[Frequency, Frequency] | None = None
    """The lowest and the highest frequency of a band of your own, in Hz."""

    def shape(self) -> Shape:
        """Return the shape of the feature's movement."""
        return Shape(self.attack, self.release, self.floor)

    def own_band(self) -> Band | None:
        """Return its own band, or None."""
        return self.band
