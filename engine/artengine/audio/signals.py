"""The features of sounds as named signals of a film."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from artengine.audio.features import Track
from artengine.curves import Signal, SignalContext


@dataclass(frozen=True, slots=True)
class PlacedTrack:
    """A sound at its place under a film.

    Args:
        track: its features.
        start: the place in the sound at the film's first frame, in seconds from the sound's start;
            below 0 if the sound begins later than the film.
    """

    track: Track
    start: float

    def span(self, index: int, fps: float) -> tuple[float, float]:
        """Return where in the sound a frame begins and ends, in seconds."""
        step = self.track.speed / fps
        return self.start + (index - 0.5) * step, self.start + (index + 0.5) * step


class FeatureSignal(Signal):
    """A feature of a sound.

    A frame has the greatest value from half a frame before it to half a frame after it, so that
    the frame nearest to an onset shows it, however short it is.

    Args:
        placed: the sound.
        name: the feature's name.
    """

    def __init__(self, placed: PlacedTrack, name: str) -> None:
        self._placed, self._name = placed, name

    def at(self, now: SignalContext) -> float:
        """Return the value at a frame, 0..1."""
        span = self._placed.span(now.clock.index, now.clock.fps)
        return self._placed.track.at(self._name, *span)


class BeatSignal(Signal):
    """The phase of a frame in its beat or bar: 0 at the start, towards 1 at the end.

    Args:
        bars: whether to use bars instead of beats.
    """

    def __init__(self, *, bars: bool) -> None:
        self._bars = bars

    def at(self, now: SignalContext) -> float:
        """Return the phase at a frame, 0..1, 1 excluded."""
        place = now.clock.bar if self._bars else now.clock.beat
        return place - floor(place)
