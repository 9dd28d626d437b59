"""The top-level keys of a preset."""

from __future__ import annotations

from pydantic import Field, field_validator

from artengine.settings_table import Settings


class Heading(Settings):
    """The keys above a preset's tables."""

    title: str = Field("", max_length=200)
    """The film's title. Default: the preset's name."""

    about: str = Field("", max_length=2000)
    """What it looks like, in a sentence. Default: the preset's first comment."""

    seed: int = Field(0, ge=0, lt=2**32)
    """Seed of the random numbers. Another seed makes another film."""

    @field_validator("title", "about")
    @classmethod
    def _hold_text(cls, given: str) -> str:
        for letter in given:
            if ord(letter) < 32 and not letter.isspace():
                raise ValueError(f"holds the control character {ord(letter)}; remove it")
        return given
