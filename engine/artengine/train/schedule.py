"""Schedules of the learning rate and the rollout horizon."""

from __future__ import annotations

import math

from artengine.settings import TrainSettings

DEFAULT_MINUTES = 10.0
"""Length of a training without a setting for steps or minutes."""


def share_done(settings: TrainSettings, step: int, seconds: float) -> float:
    """Return the share of the training that is done, from 0; at its end it is 1 or more.

    Args:
        settings: settings whose `steps` or `minutes` are its length.
        step: training steps taken.
        seconds: time trained.
    """
    if settings.steps is not None:
        return step / settings.steps
    return seconds / (60.0 * (settings.minutes or DEFAULT_MINUTES))


def learning_rate_factor(settings: TrainSettings, share: float) -> float:
    """Return the factor of the initial learning rate after a share of the training."""
    if settings.schedule == "constant":
        return 1.0
    return 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, share)))


def rollout_horizon(settings: TrainSettings, share: float) -> int:
    """Return the maximum length in frames of an on-policy rollout that starts now.

    It grows exponentially from 1 to `max_horizon` over the first half of the training.
    """
    horizon: float = settings.max_horizon ** min(1.0, 2.0 * share)
    return round(horizon)
