"""Where a known key belongs that was written in another table."""

from __future__ import annotations

from artengine.preset.document import TABLES
from artengine.preset.heading import Heading
from artengine.settings import DreamSettings, TrainSettings

_TOP = "at the top of the preset, above its tables"


def belongs(name: str, here: str = "") -> str:
    """Say where a key belongs, to end a message about an unknown key with; empty if nowhere else.

    Args:
        name: the key.
        here: the table that it was found in; empty for the top of the preset.
    """
    top = name in Heading.model_fields or name == "extends" or name in TABLES
    places = [_TOP] if here and top else []
    for word, settings in (("dream", DreamSettings), ("train", TrainSettings)):
        if word != here and name in settings.model_fields:
            places.append(f"in [{word}]")
    return f"; {name} belongs {' or '.join(places)}" if places else ""
