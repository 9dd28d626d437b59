"""The `[time]` table of a preset."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from artengine.settings_table import Settings


class TimeSettings(Settings):
    """The tempo of a film. Times of curves may be given in beats and bars, as "4b" and "2bar", and
    expressions have them as `beat` and `bar`."""

    bpm: Annotated[float, Field(ge=1, le=1000)] | Annotated[str, Field(min_length=1)] = 120.0
    """Beats per minute; or the name of a sound, such as "music" for `[audio.music]`, in which beats
    are detected, whose tempo may vary. Detection needs artengine[audio]."""

    offset: float = Field(0.0, ge=-86_400, le=86_400, json_schema_extra={"unit": "seconds"})
    """Time of the first beat, in seconds after the film's first frame. Detected beats of a sound
    are delayed by this time."""

    beats_per_bar: int = Field(4, ge=1, le=64)
    """Beats per bar."""
