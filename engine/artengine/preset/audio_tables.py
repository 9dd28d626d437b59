"""The `[audio]` table of a preset: sounds by name, with their features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from artengine.audio import FEATURES, Shape
from artengine.audio.bands import Band
from artengine.curves.named import name_fault
from artengine.errors import did_you_mean
from artengine.params import Problem, check, quoted
from artengine.preset.audio_settings import SOURCE, AudioSettings, FeatureSettings
from artengine.preset.plugins import PluginTables
from artengine.preset.time_settings import TimeSettings

MOST = 16
"""Maximum number of sounds of a preset."""

MOST_FEATURES = 50
"""Maximum number of feature tables of a sound."""


@dataclass(frozen=True, slots=True)
class Audio:
    """A sound of a preset.

    Args:
        path: the absolute path of its file; "source" for the clip's own sound.
        start: position in the sound at which the film begins, in seconds.
        gain: its volume in the film.
        shapes: the movement of features, by name, if the preset has settings for them.
        bands: its own bands, by name.
    """

    path: str
    start: float
    gain: float
    shapes: Mapping[str, Shape]
    bands: Mapping[str, Band]

    @property
    def of_source(self) -> bool:
        """Whether it is the clip's own sound."""
        return self.path == SOURCE


def audio_tables(plugins: PluginTables) -> dict[str, Audio]:
    """Build the sounds of a preset; add mistakes, and make paths absolute."""
    found: dict[str, Audio] = {}
    for name, each in plugins.named_entries("audio", MOST, "[audio.music]").items():
        if not isinstance(each, dict):
            own = "it inside of a table with a name, as [audio.music]"
            form = own if name in AudioSettings.model_fields else f"[audio.{name}]"
            plugins.problem(("audio", name), f"a table is needed; write {form}")
            continue
        audio = _audio(name, each, plugins)
        if audio is not None:
            found[name] = audio
    return found


def check_beats(time: TimeSettings, table: Mapping[str, Any], plugins: PluginTables) -> None:
    """Add a mistake if the tempo refers to a sound that does not exist.

    Args:
        table: the preset.
    """
    given = table.get("audio")
    sounds = list(given) if isinstance(given, Mapping) else []
    if isinstance(time.bpm, str) and time.bpm not in sounds:
        near = did_you_mean(time.bpm, sounds)
        known = f", or the name of a sound: {', '.join(sounds)}" if sounds else ""
        named = f"{quoted(time.bpm)} given, which is no sound{near}"
        missing = "" if sounds else ', as 120; or name a sound, as [audio.music] path = "music.mp3"'
        plugins.problem(("time", "bpm"), f"{named}; allowed: beats a minute{known}{missing}")


def _audio(name: str, table: dict[str, Any], plugins: PluginTables) -> Audio | None:
    features = {
        key: value
        for key, value in table.items()
        if isinstance(value, dict) and key not in AudioSettings.model_fields
    }
    own = {key: value for key, value in table.items() if key not in features}
    problems = list(_unknown(own))
    known = {key: value for key, value in own.items() if key in AudioSettings.model_fields}
    settings = check(AudioSettings, known)
    if isinstance(settings, list):
        problems += settings
    if len(features) > MOST_FEATURES:
        problems.append(Problem((), f"{len(features)} features given; allowed: {MOST_FEATURES}"))
        features = {}
    shapes: dict[str, Shape] = {}
    bands: dict[str, Band] = {}
    for feature, given in features.items():
        problems += [each.inside(feature) for each in _feature(feature, given, shapes, bands)]
    plugins.problems += [each.inside(name).inside("audio") for each in problems]
    if problems or isinstance(settings, list):
        return None
    path = settings.path
    if path != SOURCE:
        path = table["path"] = plugins.file(("audio", name, "path"), path)
    return Audio(path, settings.start, settings.gain, shapes, bands)


def _unknown(own: Mapping[str, Any]) -> Iterator[Problem]:
    for key in own:
        if key in FEATURES:
            yield Problem((key,), f"a table is needed, as {key} = {{ release = 0.4 }}")
        elif key not in AudioSettings.model_fields:
            known = list(AudioSettings.model_fields)
            near = did_you_mean(key, [*known, *FEATURES])
            allowed = f"{', '.join(known)}, or a table for a feature"
            yield Problem((key,), f"unknown{near}; allowed: {allowed}")


def _feature(
    name: str, given: Mapping[str, Any], shapes: dict[str, Shape], bands: dict[str, Band]
) -> Iterator[Problem]:
    settings = check(FeatureSettings, given)
    if isinstance(settings, list):
        yield from settings
        return
    band = settings.own_band()
    if name not in FEATURES and band is None:
        near = did_you_mean(name, list(FEATURES))
        known = ", ".join(FEATURES)
        yield Problem(
            (), f"no feature{near}; allowed: {known}, or a band, as {{ band = [300, 3400] }}"
        )
    elif name in FEATURES and band is not None:
        yield Problem(("band",), f"{name} has a band already; choose another name")
    elif band is not None and band[0] >= band[1]:
        yield Problem(("band",), "the lowest frequency must be below the highest")
    elif name_fault(name):
        yield Problem((), name_fault(name))
    else:
        shapes[name] = settings.shape()
        if band is not None:
            bands[name] = band
