"""The keys of the `[[govern]]` tables of a preset."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from artengine.settings_table import Settings

Sign = Literal["motion", "contrast", "detail", "colour", "drift"]


class GovernSettings(Settings):
    """Holds a vital sign of the dream at a target by steering a number, such as
    `hold = "motion", steer = "feedback.noise.amount", between = [0, 0.4]`. It measures the last
    frame: the lower the sign is, the nearer the number moves to the second end of `between`."""

    hold: Sign
    """The vital sign to hold: `motion`, `contrast`, `detail`, `colour` or `drift`. Each is relative
    to the clip: 1 if the dream has as much of it as the clip."""

    at: float = Field(1.0, ge=0.01, le=100, json_schema_extra={"automatable": True})
    """The target value, relative to the clip."""

    steer: str = Field(min_length=1, max_length=200)
    """The address of the number to steer: of an effect, such as "feedback.noise.amount", of a bend,
    of the model, or of the dream. It starts at the value in the preset."""

    between: tuple[float, float]
    """The range of the number: its value if the vital sign is high enough, and its value if it is
    far too low. The first may be the larger one, for a number that reduces the vital sign."""

    gain: float = Field(0.5, ge=0, le=10)
    """Proportional gain: at 1, a vital sign of 0 moves the number from one end to the other at
    once."""

    seconds: float = Field(2.0, ge=0.05, le=600, json_schema_extra={"unit": "seconds"})
    """Integral time: while the error persists, the number moves by the same amount again in this
    many seconds."""
