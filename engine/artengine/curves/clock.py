"""A film's time: frames, seconds, beats and bars."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import floor


@dataclass(frozen=True, slots=True)
class Tempo:
    """The times of beats.

    Args:
        bpm: beats a minute, above 0.
        offset: time of the first beat, in seconds after the film's first frame.
        beats_per_bar: beats in a bar, at least 1.
        beats: times of uneven beats, from the one at `offset` on; `bpm` is their mean tempo, and
            the tempo before and after them.
    """

    bpm: float = 120.0
    offset: float = 0.0
    beats_per_bar: int = 4
    beats: tuple[float, ...] = ()

    def beat_at(self, seconds: float) -> float:
        """Return the number of beats since the first one; negative before it."""
        known = bisect_right(self.beats, seconds)
        if known == 0:
            return (seconds - self.offset) * self.bpm / 60.0
        before = self.beats[known - 1]
        if known == len(self.beats):
            return known - 1 + (seconds - before) * self.bpm / 60.0
        return known - 1 + (seconds - before) / (self.beats[known] - before)

    def seconds_at(self, beat: float) -> float:
        """Return the time of a beat, in seconds after the film's first frame."""
        known, last = floor(beat), len(self.beats) - 1
        if known < 0 or last < 0:
            return self.offset + beat * 60.0 / self.bpm
        if known >= last:
            return self.beats[last] + (beat - last) * 60.0 / self.bpm
        before, after = self.beats[known], self.beats[known + 1]
        return before + (beat - known) * (after - before)

    def evenly(self, seconds: float) -> float:
        """Return the time at which the beat would be the same if all beats had the mean length."""
        if not self.beats:
            return seconds
        return self.offset + self.beat_at(seconds) * 60.0 / self.bpm


STEADY = Tempo()
"""The tempo of a film that names none."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A point in a film's time.

    Args:
        index: frames since the film's first, 0 or more.
        fps: frames a second, above 0.
        frames: the number of frames of the film, or None if it has no end.
        tempo: the times of the film's beats.
    """

    index: int
    fps: float
    frames: int | None = None
    tempo: Tempo = STEADY

    @property
    def seconds(self) -> float:
        """Seconds since the film's first frame."""
        return self.index / self.fps

    @property
    def progress(self) -> float:
        """Share of the film that has passed, 0 at its first frame and 1 at its last."""
        if self.frames is None or self.frames < 2:
            return 0.0
        return min(1.0, self.index / (self.frames - 1))

    @property
    def beat(self) -> float:
        """Beats since the first one, including the fraction of the current one."""
        return self.tempo.beat_at(self.seconds)

    @property
    def bar(self) -> float:
        """Bars since the first beat, including the fraction of the current one."""
        return self.beat / self.tempo.beats_per_bar
