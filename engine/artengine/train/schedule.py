"""What changes over the length of a training: learning rate and rollout horizon."""

from __future__ import annotations

import math

from artengine.settings import TrainSettings

DEFAULT_MINUTES = 10.0
"""Length of a training that is given neither steps nor minutes."""


def share_done(settings: TrainSettings, step: int, seconds: float) -> float:
    """Share of the training that is done, from 0; 1 and more at its end.

    Args:
        settings: whose `steps` or `minutes` are its length.
        step: training steps taken.
        seconds: time trained.
    """
    if settings.steps is not None:
        return step / settings.steps
    return seconds / (60.0 * (settings.minutes or DEFAULT_MINUTES))


def learning_rate_factor(settings: TrainSettings, share: float) -> float:
    """What the initial learning rate is multiplied by after a share of the training."""
    if settings.schedule == "constant":
        return 1.0
    return 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, share)))


def rollout_horizon(settings: TrainSettings, share: float) -> int:
    """The longest on-policy rollout that may begin now, in frames.

    It grows from 1 to `max_horizon` by the same factor in equal times, over the first half of the
    training.
    """
    horizon: float = settings.max_horizon ** min(1.0, 2.0 * share)
    return round(horizon)
