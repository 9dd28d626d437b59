"""Evaluate a preset's curves over its film, without dreaming it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from artengine.binding import Binding
from artengine.chain import Chain, ChainName
from artengine.curves import Tempo
from artengine.curves.driven import CurveSet
from artengine.dream.at_rest import at_rest
from artengine.dream.sound import film_tempo, placed_tracks
from artengine.dream.steering import steering_of
from artengine.errors import SourceError
from artengine.preset import Preset

MOST_FRAMES = 100_000
"""Maximum number of frames to evaluate; curves with state need all frames from the first."""

MOST_VALUES = 5_000_000
"""Maximum number of values of all curves together; many curves are evaluated at fewer frames."""

MOST_BEATS = 100_000
"""Maximum number of beats to list; slow frames with a fast tempo have thousands of beats each."""

TRIED = 1_000
"""Number of frames at which a film's curves are tested before it begins."""

MOST_TRIED = 20_000
"""Maximum number of values in that test; many curves are tested at fewer frames."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CurveValues:
    """The values of curves over a film.

    Args:
        fps: the film's frames per second.
        count: number of evaluated frames.
        tempo: the film's tempo.
        values: the values at each frame from the first on, by the address of the driven parameter,
            clamped to its bounds.
        waves: the loudness of each sound at each frame, 0..1, by its name.
        at_rest: the addresses of curves that depend on the dream; their values here are those for a
            dream with the vital signs of its clip.
    """

    fps: float
    count: int
    tempo: Tempo
    values: Mapping[str, Values]
    waves: Mapping[str, Values] = field(default_factory=dict)
    at_rest: tuple[str, ...] = ()

    def numbers(self, every: int = 1) -> range:
        """Return the numbers of the beats within the film.

        Args:
            every: 1 for every beat; the number of beats per bar for every bar.
        """
        end = self.count / self.fps
        first, last = (int(np.ceil(self.tempo.beat_at(at) / every - 1e-9)) for at in (0.0, end))
        return range(first * every, last * every, every)

    def beats(self, every: int = 1) -> list[float]:
        """Return the times of the first `MOST_BEATS` beats within the film, in seconds."""
        return [self.tempo.seconds_at(number) for number in self.numbers(every)[:MOST_BEATS]]

    def as_data(self) -> dict[str, Any]:
        """Return the values in JSON types."""
        return {
            "fps": self.fps,
            "frames": self.count,
            "bpm": self.tempo.bpm,
            "beats_per_bar": self.tempo.beats_per_bar,
            "beats": self.beats(),
            "bars": self.beats(self.tempo.beats_per_bar),
            "curves": _rounded(self.values),
            "sounds": _rounded(self.waves),
            "at_rest": list(self.at_rest),
        }


def _rounded(values: Mapping[str, Values]) -> dict[str, list[float]]:
    return {name: [float(f"{value:.6g}") for value in each] for name, each in values.items()}


def try_curves(preset: Preset, fps: float) -> None:
    """Evaluate the curves at the first frames, and open the files of masks, so that errors in them
    are raised before a film begins.

    Raises:
        PluginError: when a curve fails, with the frame.
        SourceError: when a sound cannot be read.
    """
    count = len(preset.curves_by_address())
    if count or preset.audio:
        most = min(TRIED, MOST_TRIED // max(1, count))
        curve_values(preset, fps, most=max(1, most))
    for address, binding in preset.bindings_by_address().items():
        try:
            binding.filled.try_files(fps)
        except SourceError as error:
            raise SourceError(f"{address}.{error}") from error


def curve_values(preset: Preset, fps: float, *, most: int = MOST_FRAMES) -> CurveValues:
    """Evaluate every curve of a preset at each frame.

    Args:
        preset: the preset. Neither its network nor its source is needed.
        fps: the film's frames per second.
        most: maximum number of frames; fewer if there are many curves.

    Raises:
        PluginError: when a curve fails, with the frame.
        SourceError: when a sound cannot be read.
    """
    frames = preset.dream.frames
    model = Binding(preset.model.model_copy(), dict(preset.model_curves), names=preset.names)
    numbers = CurveSet(dict(preset.dream_curves))
    inside = {address: binding.fresh() for address, binding in preset.inside().items()}
    steering = steering_of(preset, model, numbers, inside, fps=fps, frames=frames)
    words: Sequence[ChainName] = ("feedback", "state", "output")
    chains = [
        Chain([binding.fresh() for binding in getattr(preset, word)], word, preset.seed)
        for word in words
    ]
    addresses = list(preset.curves_by_address())
    bindings = [
        model,
        *inside.values(),
        *(binding for chain in chains for binding in chain.binding),
    ]
    targets = steering.governors.targets
    affordable = max(1, MOST_VALUES // max(1, len(addresses)))
    found = np.empty((min(frames, most, affordable), len(addresses)))
    for index in range(len(found)):
        clock = steering.clock(index)
        named, settings = steering.set_time(clock, preset.dream)
        for chain in chains:
            chain.set_time(clock, named)
        # In the order of the addresses.
        found[index] = [
            *(named[name] for name in preset.curves),
            *(getattr(settings, name) for name in preset.dream_curves),
            *(getattr(each.holder(name), name) for each in bindings for name in each.curves),
            *(target for target, each in zip(targets, preset.governors, strict=True) if each.at),
        ]
    values = {address: found[:, number] for number, address in enumerate(addresses)}
    sounds = placed_tracks(preset)
    waves = {
        name: np.array([placed.track.wave(*placed.span(index, fps)) for index in range(len(found))])
        for name, placed in sounds.items()
    }
    tempo = film_tempo(preset, sounds)
    return CurveValues(fps, len(found), tempo, values, waves, at_rest(preset))
