"""The values that a preset's curves take over its film, without dreaming it."""

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
"""Frames of a film that are looked at; curves that remember need all those before."""

MOST_VALUES = 5_000_000
"""Values of all curves together; of many curves fewer frames are looked at."""

MOST_BEATS = 100_000
"""Beats of a film that are listed; slow frames and a fast tempo have thousands of beats each."""

TRIED = 1_000
"""Frames at which a film's curves are tried before it begins."""

MOST_TRIED = 20_000
"""Values of all curves together at which they are tried; of many curves fewer frames are."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CurveValues:
    """What curves give over a film.

    Args:
        fps: the film's frames a second.
        count: how many frames of the film were looked at.
        tempo: where its beats fall.
        values: the values at each frame from the first on, by the address of what is driven. They
            are kept inside its bounds, as they are used.
        waves: how loud each sound is at each frame, 0..1, by its name.
        at_rest: the addresses of curves that depend on the dream, which have here the values of
            one that is like its clip throughout.
    """

    fps: float
    count: int
    tempo: Tempo
    values: Mapping[str, Values]
    waves: Mapping[str, Values] = field(default_factory=dict)
    at_rest: tuple[str, ...] = ()

    def numbers(self, every: int = 1) -> range:
        """Which beats fall within the film.

        Args:
            every: 1 for each beat, the beats of a bar for each bar.
        """
        end = self.count / self.fps
        first, last = (int(np.ceil(self.tempo.beat_at(at) / every - 1e-9)) for at in (0.0, end))
        return range(first * every, last * every, every)

    def beats(self, every: int = 1) -> list[float]:
        """When the first `MOST_BEATS` beats fall within the film, in seconds."""
        return [self.tempo.seconds_at(number) for number in self.numbers(every)[:MOST_BEATS]]

    def as_data(self) -> dict[str, Any]:
        """All of it in JSON's types."""
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
    """Ask the curves for their first values, and open the files of masks, so that a film does not
    begin that cannot go on.

    Raises:
        PluginError: when one fails, with the frame.
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
    """Ask every curve of a preset for its value at each frame.

    Args:
        preset: the preset. Neither its network nor its source is needed.
        fps: the film's frames a second.
        most: how many frames are looked at, where the film has more; of many curves fewer.

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
