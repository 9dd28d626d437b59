"""Losses that compare frames pixel by pixel."""

from __future__ import annotations

from typing import Any

from keras import ops


def l1(truth: Any, prediction: Any, _last: Any) -> Any:
    """Return the mean absolute difference."""
    return ops.mean(ops.abs(truth - prediction))


def l2(truth: Any, prediction: Any, _last: Any) -> Any:
    """Return the mean squared difference."""
    return ops.mean(ops.square(truth - prediction))


def gradient(truth: Any, prediction: Any, _last: Any) -> Any:
    """Return the mean absolute error of the absolute differences of neighbouring pixels, across and
    down: edges must be as steep as in the truth.

    The gradient difference loss of Mathieu, Couprie and LeCun, "Deep multi-scale video prediction
    beyond mean square error" (2016), with an exponent of 1, as a mean. An axis of a single pixel
    is skipped.
    """
    total = 0.0
    for axis in (2, 3):
        if truth.shape[axis] > 1:
            steps = [ops.abs(ops.diff(frames, axis=axis)) for frames in (truth, prediction)]
            total += ops.mean(ops.abs(steps[0] - steps[1]))
    return total
