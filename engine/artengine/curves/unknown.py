"""What answers a name that a film does not have."""

from __future__ import annotations

from collections.abc import Collection

from artengine.curves.functions import FUNCTIONS, NAMES, OWN
from artengine.errors import did_you_mean
from artengine.params import quoted

SOUND = ("rms", "low", "mid", "high", "kick", "snare", "hat", "onset", "centroid", "chroma")
"""The features of sounds, which a preset with a sound has."""


def no_such_name(name: str, names: Collection[str]) -> str:
    """Say that there is no signal of a name, and which names there are."""
    if name in FUNCTIONS:
        return f"{name} is a function; write {FUNCTIONS[name].written}"
    near = did_you_mean(name, [*names, *NAMES, *OWN]) or did_you_mean(name, list(FUNCTIONS))
    if any(each.startswith(f"{name}.") for each in names):
        return f"{quoted(name)} is a sound; write one of its features, as {name}.kick"
    of_sounds = sorted(each for each in names if each.endswith(f".{name}"))
    if of_sounds:
        near = f"; there are several sounds: write {' or '.join(of_sounds[:3])}"
    elif name.rpartition(".")[2] in SOUND and not any("." in each for each in names):
        near = '; it is a feature of a sound: name one, as [audio.music] path = "music.mp3"'
    signals = ", ".join([*NAMES, *OWN, *sorted(names)][:40])
    return f"there is no {quoted(name)}{near}; there are: {signals}"
