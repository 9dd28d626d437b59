"""The keys of the `[[govern]]` tables of a preset."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from artengine.settings_table import Settings

Sign = Literal["motion", "contrast", "detail", "colour", "drift"]


class GovernSettings(Settings):
    """Holds a vital sign of the dream at a value by steering a number, as
    `hold = "motion", steer = "feedback.noise.amount", between = [0, 0.4]`. It looks at the last
    frame: the lower the sign is, the nearer the number comes to the second end of `between`."""

    hold: Sign
    """What is held: `motion`, `contrast`, `detail`, `colour` or `drift`, each 1 where the dream has
    as much of it as the clip."""

    at: float = Field(1.0, ge=0.01, le=100, json_schema_extra={"automatable": True})
    """The value at which it is held, a share of what the clip has."""

    steer: str = Field(min_length=1, max_length=200)
    """The address of the number that is steered: of an effect, as "feedback.noise.amount", of a
    bend, of the model, or of the dream. It begins with the value that the preset gives it."""

    between: tuple[float, float]
    """The number's values where there is enough of what is held, and where there is far too
    little. The first may be the larger one, for a number that calms."""

    gain: float = Field(0.5, ge=0, le=10)
    """How far it goes at once: at 1, all the way from one end to the other where nothing of what
    is held is left."""

    seconds: float = Field(2.0, ge=0.05, le=600)
    """How patient it is: in so many seconds it goes as far again as it went at once, for as long
    as something is missing."""
