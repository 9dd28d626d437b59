"""A forecast of a training's length or number of steps, made soon after its start."""

from __future__ import annotations

import math
from dataclasses import dataclass

from artengine.counts import counted
from artengine.settings import TrainSettings
from artengine.train.schedule import DEFAULT_MINUTES

BEGINS = 5
"""Number of first steps that are not timed: they wait for tracing and for footage."""

LOOKS = 20.0
"""Seconds that are timed before the forecast."""


FROM_RANDOM = 4
"""Factor of the number of steps with random initial weights: for the quality that `recall` has
after 250 steps from its initial weights it took 1,200, with footage of a drive by day."""


@dataclass(slots=True)
class Forecast:
    """Measures the speed of a training, and returns one forecast message.

    Args:
        settings: settings whose `steps` or `minutes` are the training's length.
        name: the model's name, for the message.
        crisp_after: steps after which dreams of most clips are crisp; None if that is unknown.
        from_random: whether the network starts with random weights although its model has initial
            weights, from which it takes fewer steps.
    """

    settings: TrainSettings
    name: str
    crisp_after: int | None = None
    from_random: bool = False
    _first: tuple[int, float] | None = None
    _begun: int | None = None
    _reported: bool = False

    def after_step(self, step: int, seconds: float) -> str | None:
        """Count a step.

        Args:
            step: training steps taken, including those before `--resume`.
            seconds: time trained, likewise.

        Returns:
            The message, once, when the speed is known; None otherwise.
        """
        if self._reported:
            return None
        self._begun = step if self._begun is None else self._begun
        if step < self._begun + BEGINS:
            return None
        if self._first is None:
            self._first = step, seconds
            return None
        steps, passed = step - self._first[0], seconds - self._first[1]
        if passed < LOOKS:
            return None
        self._reported = True
        return self._message(step, seconds, steps / passed)

    def _message(self, step: int, seconds: float, pace: float) -> str:
        end = self._end(step, seconds, pace)
        if self.settings.steps is None:
            length = _minutes(60 * (self.settings.minutes or DEFAULT_MINUTES))
            so_far = f"about {counted(_rounded(end), 'step')} in {length}"
        else:
            length = _minutes(seconds + (end - step) / pace)
            so_far = f"{counted(end, 'step')} in about {length}"
        if self.crisp_after is None:
            return so_far
        crisp_after = self.crisp_after * (FROM_RANDOM if self.from_random else 1)
        if step >= crisp_after:
            return so_far
        needed = seconds + (crisp_after - step) / pace
        crisp = f"{self.name} is crisp after about {crisp_after:,}, in {_minutes(needed)}"
        if end >= crisp_after or _minutes(needed) == length:
            return f"{so_far}; {crisp}"
        longer = math.ceil(needed / 60)
        return f"{so_far}; {crisp}: give it --minutes {longer}, now or later with --resume"

    def _end(self, step: int, seconds: float, pace: float) -> int:
        if self.settings.steps is not None:
            return self.settings.steps
        length = 60.0 * (self.settings.minutes or DEFAULT_MINUTES)
        return step + round(pace * max(0.0, length - seconds))


def _rounded(steps: int) -> int:
    """Round to two significant figures; a speed measured in a few seconds is no more precise."""
    if steps < 100:
        return steps
    return round(steps, 2 - len(str(steps)))


def _minutes(seconds: float) -> str:
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    return counted(round(seconds / 60), "minute")
