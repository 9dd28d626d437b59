"""The sounds of a film: their features as signals, and the sound tracks for writers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from artengine.audio import FeatureSignal, PlacedTrack, Track, analysed, beats_in
from artengine.audio.signals import BeatSignal
from artengine.audio.tempo import INSTALL, tempo_of
from artengine.curves import Signal, Tempo
from artengine.dream.start import first_frame
from artengine.errors import SourceError
from artengine.ffmpeg import Sound
from artengine.frame import Size
from artengine.preset import Preset
from artengine.preset.audio_tables import Audio
from artengine.preset.signal_names import sound_names

_SMALL: Size = (16, 16)

_EARLY = 0.02
"""Tolerance in seconds: a beat detected this long before the film may be its first one."""


@dataclass(frozen=True, slots=True)
class SoundFile:
    """The file of a film's sound.

    Args:
        path: the file.
        start: position in the file at the film's first frame, in seconds.
        speed: seconds of the file per second of the film.
    """

    path: Path
    start: float
    speed: float = 1.0


def sound_files(preset: Preset) -> dict[str, SoundFile]:
    """Return the files of a preset's sounds, by name.

    Raises:
        SourceError: when the clip's own sound is used, and the clip is not a file with sound.
    """
    return {name: _file(preset, name, audio) for name, audio in preset.audio.items()}


def _file(preset: Preset, name: str, audio: Audio) -> SoundFile:
    if not audio.of_source:
        return SoundFile(Path(audio.path), audio.start)
    path = getattr(preset.source, "path", None)
    # Open it at a small size, because only its timing is needed.
    footage = preset.source.open(_SMALL, preset.dream.fps) if isinstance(path, str) else None
    time = None if footage is None else footage.time_of(first_frame(preset, footage))
    if footage is None or time is None:
        raise SourceError(
            f'audio.{name}.path: the source "{preset.source.name}" has no sound of its own; name '
            "a sound file"
        )
    return SoundFile(Path(str(path)), time + audio.start, footage.speed)


def placed_tracks(preset: Preset) -> dict[str, PlacedTrack]:
    """Return a preset's sounds with their features and their positions in the film, by name.

    Raises:
        SourceError: when one cannot be read.
    """
    placed = {}
    for name, file in sound_files(preset).items():
        audio = preset.audio[name]
        try:
            analysis = analysed(file.path, audio.bands)
            track = Track(analysis, audio.shapes, tuple(audio.bands), file.speed)
        except SourceError as error:
            raise SourceError(f"audio.{name}.path: {error}") from error
        placed[name] = PlacedTrack(track, file.start)
    return placed


def film_tempo(preset: Preset, placed: Mapping[str, PlacedTrack]) -> Tempo:
    """Return the tempo of a preset's film: that of its `[time]` table, or the beats detected in a
    sound.

    Args:
        placed: the sounds, as `placed_tracks` returns them.

    Raises:
        SourceError: when no beats are detected, or librosa is not installed.
    """
    time = preset.time
    if not isinstance(time.bpm, str):
        return Tempo(time.bpm, time.offset, time.beats_per_bar)
    track = placed[time.bpm]
    beats = beats_in(sound_files(preset)[time.bpm].path)
    if beats is None:
        raise SourceError(
            f"time.bpm: beats are found by librosa; install it with: {INSTALL}; or write a number"
        )
    mean = tempo_of(beats)
    if mean is None:
        raise SourceError(
            f"time.bpm: no beats are found in audio.{time.bpm}; write a number of beats a minute"
        )
    speed = track.track.speed
    film = [(beat - track.start) / speed + time.offset for beat in beats]
    # Beat 0 is the first one of the film.
    first = next((number for number, at in enumerate(film) if at > -_EARLY), len(film) - 1)
    return Tempo(mean * speed, film[first], time.beats_per_bar, tuple(film[first:]))


def film_sounds(preset: Preset) -> tuple[Sound, ...]:
    """Return the audible sounds of a preset's film.

    Raises:
        SourceError: when one cannot be read.
    """
    files = sound_files(preset)
    return tuple(
        Sound(files[name].path, placed.start, preset.audio[name].gain, files[name].speed)
        for name, placed in placed_tracks(preset).items()
        if preset.audio[name].gain > 0 and placed.start < placed.track.seconds
    )


def sound_signals(preset: Preset, placed: Mapping[str, PlacedTrack]) -> dict[str, Signal]:
    """Return the named signals of a preset's sounds; a curve of the same name shadows one.

    Args:
        placed: the sounds, as `placed_tracks` returns them.
    """
    signals: dict[str, Signal] = {}
    for name, each in placed.items():
        signals |= {f"{name}.{word}": FeatureSignal(each, word) for word in each.track.names}
        signals |= {f"{name}.beat": BeatSignal(bars=False), f"{name}.bar": BeatSignal(bars=True)}
    names = {name: list(each.track.names) for name, each in placed.items()}
    for full in sound_names(names):
        if "." not in full and full not in preset.curves:
            signals[full] = signals[f"{next(iter(placed))}.{full}"]
    return signals
