"""Frames in small: the mean colours of their cells, and as memories hold them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from artengine.api import Tensor


def cells(frames: Tensor, side: int) -> Tensor:
    """Mean colours of squares of so many pixels of the newest of frames `(B, H, W, 3 * N)`, float32
    `(B, H / side, W / side, 3)`."""
    from keras import ops

    # Not `average_pool` of a slice, for which OpenVINO lays the frames out twice more.
    newest = np.zeros((side, side, frames.shape[-1], 3), np.float32)
    newest[:, :, -3:] = np.eye(3) / side**2
    return ops.conv(ops.cast(frames, "float32"), newest, strides=side)


def shrink(frame: Tensor, cell: int, side: int) -> Tensor:
    """A frame as a memory holds it, float32 `(B, side, side, 3)`."""
    from keras import ops

    seen = cells(frame, cell)
    # Not `ops.image.resize` with antialiasing, which OpenVINO lacks.
    down, across = (_resized(length, side) for length in seen.shape[1:3])
    return ops.einsum("ih,bhwc,jw->bijc", down, seen, across)


def _resized(length: int, side: int) -> npt.NDArray[np.float32]:
    """What resizes a row of so many cells to `side`, by a triangle that is as wide as a step of the
    longer of both; `(side, length)`."""
    step = length / side
    away = np.arange(length) + 0.5 - step * (np.arange(side)[:, None] + 0.5)
    weights = np.maximum(0.0, 1.0 - np.abs(away) / max(step, 1.0))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
