"""Losses that compare frames pixel by pixel."""

from __future__ import annotations

from typing import Any

from keras import ops


def l1(truth: Any, prediction: Any, _last: Any) -> Any:
    """Mean absolute difference."""
    return ops.mean(ops.abs(truth - prediction))


def l2(truth: Any, prediction: Any, _last: Any) -> Any:
    """Mean squared difference."""
    return ops.mean(ops.square(truth - prediction))


def gradient(truth: Any, prediction: Any, _last: Any) -> Any:
    """How far the steps between neighbouring pixels are off, across and down, in absolute value:
    an edge must be as steep as it is in truth.

    The gradient difference loss of Mathieu, Couprie and LeCun, "Deep multi-scale video prediction
    beyond mean square error" (2016), with an exponent of 1, as a mean. A frame one pixel wide or
    high has no neighbours there.
    """
    total = 0.0
    for axis in (2, 3):
        if truth.shape[axis] > 1:
            steps = [ops.abs(ops.diff(frames, axis=axis)) for frames in (truth, prediction)]
            total += ops.mean(ops.abs(steps[0] - steps[1]))
    return total
