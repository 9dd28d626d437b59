"""How far a training will come, told while it has only begun."""

from __future__ import annotations

import math
from dataclasses import dataclass

from artengine.counts import counted
from artengine.settings import TrainSettings
from artengine.train.schedule import DEFAULT_MINUTES

BEGINS = 5
"""Steps that are not counted: the first ones wait for the network to be traced and for footage."""

LOOKS = 20.0
"""Seconds that are counted before anything is told."""


FROM_RANDOM = 4
"""So many times as many steps a network takes from random weights: `recall` took 1,200 to paint a
drive by day as it did after 250 from its initial ones."""


@dataclass(slots=True)
class Forecast:
    """Measures a training's pace, and says once how far it will come.

    Args:
        settings: whose `steps` or `minutes` are the training's length.
        name: of the model, for the message.
        crisp_after: steps after which dreams of most clips are crisp; None where that is not known.
        from_random: whether the network begins with random weights where its model has others,
            from which it takes fewer steps.
    """

    settings: TrainSettings
    name: str
    crisp_after: int | None = None
    from_random: bool = False
    _first: tuple[int, float] | None = None
    _begun: int | None = None
    _told: bool = False

    def after_step(self, step: int, seconds: float) -> str | None:
        """Count a step.

        Args:
            step: training steps taken, those before `--resume` included.
            seconds: time trained, likewise.

        Returns:
            What to tell, once, when the pace is known; None otherwise.
        """
        if self._told:
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
        self._told = True
        return self._said(step, seconds, steps / passed)

    def _said(self, step: int, seconds: float, pace: float) -> str:
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
    """Two figures: more than that the pace of a few seconds does not tell."""
    if steps < 100:
        return steps
    return round(steps, 2 - len(str(steps)))


def _minutes(seconds: float) -> str:
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    return counted(round(seconds / 60), "minute")
