"""Error messages for names that a film does not have."""

from __future__ import annotations

from collections.abc import Collection

from artengine.curves.functions import FUNCTIONS, NAMES, OWN
from artengine.errors import did_you_mean
from artengine.params import quoted

SOUND = ("rms", "low", "mid", "high", "kick", "snare", "hat", "onset", "centroid", "chroma")
"""The features of sounds, which a preset with a sound has."""


_INSTEAD = {
    "true": "write 1",
    "false": "write 0",
    "time": "write t for seconds",
    "seconds": "write t",
    "width": "x goes from 0 to 1 over the width",
    "height": "y goes from 0 to 1 over the height",
}
"""What to write in place of words of other programs."""


def no_such_name(name: str, names: Collection[str]) -> str:
    """Return the message that there is no signal of a name, with the names that there are."""
    if name in FUNCTIONS:
        return f"{name} is a function; write {FUNCTIONS[name].written}"
    near = did_you_mean(name, [*names, *NAMES, *OWN]) or did_you_mean(name, list(FUNCTIONS))
    if any(each.startswith(f"{name}.") for each in names):
        return f"{quoted(name)} is a sound; write one of its features, as {name}.kick"
    signals = ", ".join([*NAMES, *OWN, *sorted(names)][:40])
    return f"there is no {quoted(name)}{instead_of(name, names) or near}; there are: {signals}"


def instead_of(name: str, names: Collection[str]) -> str:
    """Return what to write in place of a name that a film does not have, after a semicolon; empty
    if that is unknown.

    Args:
        name: the name.
        names: the film's signals.
    """
    of_sounds = sorted(each for each in names if each.endswith(f".{name}"))
    if of_sounds:
        return f"; there are several sounds: write {' or '.join(of_sounds[:3])}"
    has_sound = any("." in each or each in SOUND for each in names)
    if not has_sound and not {*name.split(".")}.isdisjoint(SOUND):
        return '; it is a feature of a sound: name one, as [audio.music] path = "music.mp3"'
    instead = _INSTEAD.get(name.lower())
    return f"; {instead}" if instead else ""
