"""PSNR and SSIM of predicted frames, computed with OpenCV.

`artengine.nn.metrics.ssim` is the same index for batches, with gradients; it is five times slower.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from artengine.frame import Frame


def psnr(truth: Frame, prediction: Frame) -> float:
    """Return the peak signal-to-noise ratio in decibels of two frames `(H, W, 3)` in 0..1.

    Equal frames count as 100 dB.
    """
    error = float(np.mean(np.square(truth - prediction)))
    return -10.0 * float(np.log10(max(error, 1e-10)))


def ssim(truth: Frame, prediction: Frame) -> float:
    """Return the mean structural similarity of two frames `(H, W, 3)` in 0..1, at most 1.

    The index of Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error
    visibility to structural similarity" (2004): Gaussian window of 11 pixels and standard deviation
    1.5, K1 = 0.01, K2 = 0.03, over the windows that lie inside the frame. For smaller frames the
    window shrinks to their size.
    """
    height, width = truth.shape[:2]
    side = min(11, height, width)
    # OpenCV's own Gaussian kernel is different for even sides.
    line = np.exp(-np.square(np.arange(side) - (side - 1) / 2) / (2 * 1.5**2))
    line = (line / line.sum()).astype(np.float32)
    before, after = side // 2, (side - 1) // 2

    def local(x: Any) -> Any:
        blurred = cv2.sepFilter2D(x, cv2.CV_32F, line, line)
        return blurred[before : height - after, before : width - after]

    mean_t, mean_p = local(truth), local(prediction)
    both, squared_t, squared_p = mean_t * mean_p, np.square(mean_t), np.square(mean_p)
    # Only the sum of both variances is needed.
    variances = local(np.square(truth) + np.square(prediction)) - (squared_t + squared_p)
    covariance = local(truth * prediction) - both
    c1, c2 = np.float32(0.01**2), np.float32(0.03**2)
    luminance = (2 * both + c1) / (squared_t + squared_p + c1)
    structure = (2 * covariance + c2) / (variances + c2)
    return float(np.mean(luminance * structure, dtype=np.float64))
