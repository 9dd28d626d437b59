"""The time that an effect takes for a frame, compared with others."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass

from artengine.effect import Effect
from artengine.frame import Size
from artengine.testing.drawn import frames, moment

SIZE: Size = (256, 256)
"""Width and height of the frames that are timed."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of processor time for a frame of 256x256.

    Args:
        ms: the time of the effect.
        others: the times of the others, by name.
    """

    ms: float
    others: dict[str, float]

    def __str__(self) -> str:
        text = f"{self.ms:.1f} ms a frame at {SIZE[0]}x{SIZE[1]}"
        if not self.others:
            return text
        slower = sum(ms < self.ms for ms in self.others.values())
        median = statistics.median(self.others.values())
        return (
            f"{text}; of {len(self.others)} built-in effects {slower} are quicker, and their "
            f"median is {median:.1f} ms"
        )


def frame_ms(effect: Effect, count: int = 4) -> float:
    """Return the median processor time of some frames in milliseconds, over all cores.

    The first frame, in which an effect allocates memory and state, does not count.
    """
    shown = frames(SIZE, 8)
    taken = []
    for at in range(count + 1):
        began = _computed()
        effect.apply(shown[at], moment(at, shown[at + 1]))
        taken.append(1000 * (_computed() - began))
    return statistics.median(taken[1:])


def _computed() -> float:
    """Return processor seconds of this process and of its children that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def timed(effect: Effect, others: Iterable[type[Effect]]) -> Timing:
    """Time an effect, and others with their default parameters."""
    ms = frame_ms(effect)
    return Timing(ms, {kind.name: frame_ms(kind(), 2) for kind in others})
