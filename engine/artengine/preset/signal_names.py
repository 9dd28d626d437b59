"""The names that a preset's curves may read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from artengine.audio import FEATURES
from artengine.curves.named import name_fault
from artengine.curves.signs import SIGNS

BEATS = ("beat", "bar")
"""Signals of a sound in addition to its features: the phase of the beat and of the bar."""


def signal_names(table: Mapping[str, Any]) -> frozenset[str]:
    """Return the named signals of a preset's film, from its unchecked table.

    A named curve shadows a feature of a sound with the same name, and both shadow a vital sign.

    Args:
        table: the preset.
    """
    curves = table.get("curves")
    named = curves if isinstance(curves, Mapping) else {}
    audio = table.get("audio")
    sounds = {
        name: [*FEATURES, *_bands(given)]
        for name, given in (audio if isinstance(audio, Mapping) else {}).items()
        if isinstance(given, Mapping) and not name_fault(name)
    }
    own = (name for name in named if not name_fault(name))
    return frozenset([*own, *sound_names(sounds), *SIGNS])


def sound_names(features: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the names of sounds' features: `music.kick`, and `kick` if there is only one sound.

    Args:
        features: the features of each sound, by the sound's name.
    """
    for sound, names in features.items():
        yield from (f"{sound}.{name}" for name in (*names, *BEATS))
        if len(features) == 1:
            yield from names


def _bands(table: Mapping[str, Any]) -> Iterator[str]:
    for name, given in table.items():
        if isinstance(given, Mapping) and name not in FEATURES and not name_fault(name):
            yield name
