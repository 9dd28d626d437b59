"""Where a known key belongs that was written in another table."""

from __future__ import annotations

from collections.abc import Mapping

from artengine.catalog import Catalog
from artengine.params import Plugin, Problem
from artengine.preset.document import TABLES
from artengine.preset.heading import Heading
from artengine.settings import DreamSettings, TrainSettings

_TOP = "at the top of the preset, above its tables"

_LENGTH = "; a film's length is dream.frames, or --seconds on the command line"


def belongs(name: str, here: str = "") -> str:
    """Say where a key belongs, to end a message about an unknown key with; empty if nowhere else.

    Of an effect's or a writer's keys, many are called as those of [dream] and [train] and mean
    something else: of such a key no table is named.

    Args:
        name: the key.
        here: the table that it was found in; empty for the top of the preset.
    """
    if name == "seconds" and here in ("", "dream"):
        return _LENGTH
    top = name in Heading.model_fields or name == "extends" or name in TABLES
    places = [_TOP] if here and top else []
    if here not in ("effect", "writer"):
        tables = (("dream", DreamSettings), ("train", TrainSettings))
        places += [
            f"in [{word}]"
            for word, settings in tables
            if word != here and name in settings.model_fields
        ]
    return f"; {name} belongs {' or '.join(places)}" if places else ""


def elsewhere(kind: type[Plugin], problem: Problem, catalog: Catalog) -> str:
    """Where a parameter that a plugin does not have is to be found, to end the message with."""
    name = problem.address[0] if problem.address else None
    known = {*kind.model_fields, *(kind.controls.model_fields if kind.controls else ())}
    if name is None or name in known:
        return ""
    others: Mapping[str, type[Plugin]] = {}
    if kind.kind == "source":
        others = catalog.plugins("source")
    elif kind.kind == "model":
        others = catalog.plugins("model")
    having = [use for use, other in others.items() if name in other.model_fields]
    if having:
        return f"; {name} goes with {kind.kind}.use = {' or '.join(having)}"
    return belongs(str(name), kind.kind)
