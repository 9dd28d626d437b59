"""The similarity metric SSIM, differentiable in `keras.ops`."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops


def ssim(truth: Any, prediction: Any) -> Any:
    """Return the structural similarity of each pair of frames `(B, H, W, C)` in 0..1, at most 1.

    The index of Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error
    visibility to structural similarity" (2004): Gaussian window of 11 pixels and standard deviation
    1.5, K1 = 0.01, K2 = 0.03, over the windows that lie inside the frame. For smaller frames the
    window shrinks to their size.
    """
    height, width, channels = truth.shape[1:]
    line = _line(min(11, height, width))
    down, across = (
        np.repeat(np.reshape(line, shape), channels, axis=2)
        for shape in ((-1, 1, 1, 1), (1, -1, 1, 1))
    )

    def local(x: Any) -> Any:
        # A separable filter is ten times as fast as one in two dimensions.
        x = ops.depthwise_conv(x, down, padding="valid")
        return ops.depthwise_conv(x, across, padding="valid")

    mean_t, mean_p = local(truth), local(prediction)
    var_t = local(ops.square(truth)) - ops.square(mean_t)
    var_p = local(ops.square(prediction)) - ops.square(mean_p)
    covariance = local(truth * prediction) - mean_t * mean_p
    c1, c2 = 0.01**2, 0.03**2
    luminance = (2 * mean_t * mean_p + c1) / (ops.square(mean_t) + ops.square(mean_p) + c1)
    structure = (2 * covariance + c2) / (var_t + var_p + c2)
    return ops.mean(luminance * structure, axis=(1, 2, 3))


def _line(side: int) -> Any:
    x = np.arange(side) - (side - 1) / 2
    line = np.exp(-np.square(x) / (2 * 1.5**2))
    return (line / line.sum()).astype("float32")
