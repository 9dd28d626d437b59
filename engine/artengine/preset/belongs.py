"""Advice for a known key that is in the wrong table."""

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
    """Return where a key belongs, as the end of a message about an unknown key; else empty.

    Many keys of effects and writers have the same names as keys of [dream] and [train] with other
    meanings, so those tables are not suggested there.

    Args:
        name: the key.
        here: the table that has the key; empty for the top of the preset.
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
    """Return where an unknown parameter of a plugin belongs, as the end of the message."""
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
