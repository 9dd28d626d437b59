"""A loss that compares the structure of frames."""

from __future__ import annotations

from typing import Any

from keras import ops

from artengine.nn import metrics


def ssim(truth: Any, prediction: Any, _last: Any) -> Any:
    """Return 1 - the mean structural similarity (Wang et al., 2004; see `metrics.ssim`)."""
    shape = (-1, *truth.shape[2:])
    return 1.0 - ops.mean(metrics.ssim(ops.reshape(truth, shape), ops.reshape(prediction, shape)))
