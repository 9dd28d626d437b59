"""The sounds of a film: their features as signals, and what writers lay under the pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from artengine.audio import FeatureSignal, PlacedTrack, Track, analysed
from artengine.audio.signals import BeatSignal
from artengine.curves import Signal
from artengine.dream.start import first_frame
from artengine.errors import SourceError
from artengine.ffmpeg import Sound
from artengine.frame import Size
from artengine.preset import Preset
from artengine.preset.audio_tables import Audio
from artengine.preset.signal_names import sound_names

_SMALL: Size = (16, 16)


@dataclass(frozen=True, slots=True)
class SoundFile:
    """Where the sound of a film is found.

    Args:
        path: the file.
        start: what of it is heard at the film's first frame, in seconds from the file's start.
    """

    path: Path
    start: float


def sound_files(preset: Preset) -> dict[str, SoundFile]:
    """The files of a preset's sounds, by name.

    Raises:
        SourceError: when the clip's own sound is asked for, and it is no file that can have one.
    """
    return {name: _file(preset, name, audio) for name, audio in preset.audio.items()}


def _file(preset: Preset, name: str, audio: Audio) -> SoundFile:
    if not audio.of_source:
        return SoundFile(Path(audio.path), audio.start)
    path = getattr(preset.source, "path", None)
    # Small pictures are as quick to open as any.
    footage = preset.source.open(_SMALL, preset.dream.fps) if isinstance(path, str) else None
    time = None if footage is None else footage.time_of(first_frame(preset, footage))
    if time is None:
        raise SourceError(
            f'audio.{name}.path: the source "{preset.source.name}" has no sound of its own; name '
            "a sound file"
        )
    return SoundFile(Path(str(path)), time + audio.start)


def placed_tracks(preset: Preset) -> dict[str, PlacedTrack]:
    """A preset's sounds with their features, at their places under the film, by name.

    Raises:
        SourceError: when one cannot be read.
    """
    placed = {}
    for name, file in sound_files(preset).items():
        audio = preset.audio[name]
        try:
            track = Track(analysed(file.path, audio.bands), audio.shapes, tuple(audio.bands))
        except SourceError as error:
            raise SourceError(f"audio.{name}.path: {error}") from error
        placed[name] = PlacedTrack(track, file.start)
    return placed


def film_sounds(preset: Preset) -> tuple[Sound, ...]:
    """The sounds that are heard under a preset's film.

    Raises:
        SourceError: when one cannot be read.
    """
    files = sound_files(preset)
    return tuple(
        Sound(files[name].path, placed.start, preset.audio[name].gain)
        for name, placed in placed_tracks(preset).items()
        if preset.audio[name].gain > 0 and placed.start < placed.track.seconds
    )


def sound_signals(preset: Preset, placed: Mapping[str, PlacedTrack]) -> dict[str, Signal]:
    """The named signals of a preset's sounds; a curve of the same name hides one.

    Args:
        placed: the sounds, as `placed_tracks` gives them.
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
