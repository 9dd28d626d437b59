"""The `[time]` table of a preset."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from artengine.settings_table import Settings


class TimeSettings(Settings):
    """Where the beats and bars of a film fall. Times of curves may be given in them, as "4b" and
    "2bar", and expressions know them as `beat` and `bar`."""

    bpm: Annotated[float, Field(ge=1, le=1000)] | Annotated[str, Field(min_length=1)] = 120.0
    """Beats a minute; or the name of a sound, as "music" for `[audio.music]`, in which beats are
    found, whose tempo may change. That needs artengine[audio]."""

    offset: float = Field(0.0, ge=-86_400, le=86_400)
    """When the first beat falls, in seconds after the film's first frame. Beats of a sound are so
    much later than they are found."""

    beats_per_bar: int = Field(4, ge=1, le=64)
    """Beats in a bar."""
