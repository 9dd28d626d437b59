"""Features: numbers from 0 to 1 that follow a sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np

from artengine.audio.analysis import HOP, Analysis, Rows
from artengine.audio.bands import DRUMS
from artengine.audio.decode import RATE
from artengine.audio.hits import Hits, Numbers, hits_of

FEATURES: Mapping[str, str] = MappingProxyType(
    {
        "rms": "how loud it is",
        "low": "how loud it is from 20 to 250 Hz",
        "mid": "how loud it is from 250 to 2,000 Hz",
        "high": "how loud it is above 2,000 Hz",
        "kick": "1 at a hit of the bass drum, then falling",
        "snare": "1 at a hit of the snare drum, then falling",
        "hat": "1 at a hit of the cymbals, then falling",
        "onset": "1 where anything begins to sound, then falling",
        "centroid": "how bright it sounds: low tones are 0, high ones 1",
        "chroma": "the strongest note: 0 for C, 1/12 for C sharp, up to 11/12 for B",
    }
)
"""The features of every sound, with descriptions."""

STRUCK = (*DRUMS, "onset")
"""Features of hits: they jump up and fall back."""

_SILENT = 1e-5
"""Amplitude below which a whole track counts as silence, 100 dB below full scale."""

_LEVELS_RELEASE, _HITS_RELEASE = 0.1, 0.2


@dataclass(frozen=True, slots=True)
class Shape:
    """The envelope of a feature.

    Args:
        attack: seconds in which it rises two thirds of the way; 0 is at once.
        release: seconds in which it falls two thirds of the way; None is 0.2 for features of hits
            and 0.1 for the others.
        floor: values up to this become 0, and those above it are rescaled to 0..1.
    """

    attack: float = 0.0
    release: float | None = None
    floor: float = 0.0


@dataclass(frozen=True)
class Track:
    """The features of a sound, from 0 to 1 over its length. Silence gives 0.

    Args:
        analysis: the analysis of the sound.
        shapes: the envelopes of features, by name.
        bands: the names of its additional bands, which are features too.
        speed: seconds of the sound that pass in a second of the film. Attack and release are in
            seconds of the film.
    """

    analysis: Analysis
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    bands: tuple[str, ...] = ()
    speed: float = 1.0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its features."""
        return (*FEATURES, *self.bands)

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return self.analysis.seconds

    @cached_property
    def silent(self) -> bool:
        """Whether it is silent throughout."""
        return bool(self.analysis.rows["rms"].max() <= _SILENT)

    @cached_property
    def _made(self) -> dict[str, Level | Strikes]:
        return {}

    def feature(self, name: str) -> Level | Strikes:
        """Return a feature, computed at its first use."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def at(self, name: str, first: float, last: float) -> float:
        """Return a feature's greatest value between two times, 0..1.

        Args:
            name: the feature's name.
            first: seconds from the sound's start.
            last: seconds from the sound's start, not included.
        """
        return self.feature(name).at(first, last)

    def hits(self, name: str) -> Hits:
        """Return the hits of a feature; none for silent sounds and for features without hits."""
        feature = self.feature(name)
        return feature.hits if isinstance(feature, Strikes) else Hits(np.zeros(0), np.zeros(0))

    def wave(self, first: float, last: float) -> float:
        """Return the greatest loudness between two times, 0..1, for drawing the wave.

        Args:
            first: seconds from the sound's start.
            last: seconds from the sound's start, not included.
        """
        return self._wave.at(first, last)

    @cached_property
    def _wave(self) -> Level:
        loud = self.analysis.rows["rms"]
        return Level(loud / max(_SILENT, float(loud.max())), peaks=True)

    def _make(self, name: str) -> Level | Strikes:
        shape, rows = self.shapes.get(name, Shape()), self.analysis.rows
        if self.silent:
            return Level(np.zeros(1, np.float32), peaks=True)
        if name in STRUCK:
            release = _HITS_RELEASE if shape.release is None else shape.release
            rises = rows["flux"] if name == "onset" else rises_of(rows[name])
            found = hits_of(rises)
            attack, release = shape.attack * self.speed, release * self.speed
            return Strikes(_above_floor(found, shape.floor), attack, release)
        if name == "chroma":
            return Level(rows["chroma"], peaks=False)
        release = _LEVELS_RELEASE if shape.release is None else shape.release
        level = _relative_pitch(rows["centroid"]) if name == "centroid" else _loudness(rows[name])
        level = np.maximum(0.0, level - shape.floor) / (1.0 - shape.floor)
        attack, release = shape.attack * self.speed, release * self.speed
        return Level(_envelope(level, attack, release), peaks=name != "centroid")


@dataclass(frozen=True, slots=True)
class Level:
    """A feature with a value at each measurement.

    Args:
        values: 0..1, float32 `(N,)`.
        peaks: whether a span has its greatest value, or the one in its middle.
    """

    values: Rows
    peaks: bool

    def at(self, first: float, last: float) -> float:
        """Return the value of a span of time, in seconds; 0 outside of the sound."""
        if not self.peaks:
            middle = round((first + last) / 2 * RATE / HOP)
            return float(self.values[middle]) if 0 <= middle < len(self.values) else 0.0
        start, stop = (int(np.ceil(at * RATE / HOP - 1e-6)) for at in (first, last))
        span = self.values[max(0, start) : max(0, stop, start + 1)]
        return float(span.max()) if len(span) else 0.0


class Strikes:
    """A feature that jumps up at each hit and falls back.

    Args:
        hits: times and strengths of the hits.
        attack: seconds in which it rises two thirds of the way.
        release: seconds in which it falls two thirds of the way.
    """

    def __init__(self, hits: Hits, attack: float, release: float) -> None:
        self.hits, self._attack, self._release = hits, attack, release
        self._tops = np.zeros(len(hits.times))
        top, before = 0.0, 0.0
        for number, (time, strength) in enumerate(zip(hits.times, hits.strengths, strict=True)):
            top = max(strength, top * _decay(time - before, release))
            self._tops[number], before = top, time

    def at(self, first: float, last: float) -> float:
        """Return the value of a span of time, in seconds: a hit inside of it counts in full."""
        number = int(np.searchsorted(self.hits.times, last)) - 1
        if number < 0:
            return 0.0
        time = float(self.hits.times[number])
        rise = 1.0 - _decay(last - time, self._attack)
        return float(self._tops[number]) * rise * _decay(max(0.0, first - time), self._release)


def _decay(seconds: float, pace: float) -> float:
    """Return the remainder of an exponential decay: about a third after `pace` seconds."""
    if seconds <= 0.0:
        return 1.0
    return float(np.exp(-seconds / pace)) if pace > 0.0 else 0.0


def _above_floor(hits: Hits, floor: float) -> Hits:
    kept = hits.strengths > floor
    return Hits(hits.times[kept], (hits.strengths[kept] - floor) / (1.0 - floor))


def _loudness(amplitude: Rows) -> Numbers:
    """Return amplitude as a share of the track's loudest, ignoring short peaks."""
    peak = float(amplitude.max())
    if peak <= _SILENT:
        return np.zeros(len(amplitude))
    loud = float(np.quantile(amplitude[amplitude > peak / 1000], 0.99))
    return np.minimum(1.0, amplitude.astype(np.float64) / loud)


def _relative_pitch(frequency: Rows) -> Numbers:
    """Scale frequencies, in octaves, from the track's lowest to its highest; silence is 0."""
    sounding = frequency > 0.0
    if not sounding.any():
        return np.zeros(len(frequency))
    octaves = np.log2(np.maximum(frequency, 1.0).astype(np.float64))
    low, high = np.quantile(octaves[sounding], [0.01, 0.99])
    share = np.clip((octaves - low) / max(high - low, 1e-9), 0.0, 1.0)
    return np.where(sounding, share, 0.0)


def rises_of(amplitude: Rows) -> Rows:
    """Return the rise in loudness of a band from each measurement to the next, as perceived."""
    peak = float(amplitude.max())
    if peak <= _SILENT:
        return np.zeros_like(amplitude)
    loud = np.log1p(amplitude * np.float32(20.0 / peak))
    rises: Rows = np.maximum(np.diff(loud, prepend=np.float32(0.0)), np.float32(0.0))
    return rises


def _envelope(level: Numbers, attack: float, release: float) -> Rows:
    """Limit how fast a level falls, by the release, and rises, by the attack."""
    step = HOP / RATE
    if attack > 0.0:
        share, now, slow = 1.0 - _decay(step, attack), 0.0, []
        fall = _decay(step, release)
        for value in level.tolist():
            now = now + (value - now) * share if value > now else max(value, now * fall)
            slow.append(now)
        return np.asarray(slow, np.float32)
    if release <= 0.0:
        return level.astype(np.float32)
    # max over k of level[k] * exp(-(n - k) * step / release), as a running maximum of logarithms.
    fallen = np.arange(len(level)) * (step / release)
    with np.errstate(divide="ignore"):
        highest = np.maximum.accumulate(np.log(level) + fallen)
    followed: Rows = np.exp(highest - fallen).astype(np.float32)
    return followed
