"""Frames in small: mean colours of cells, and pictures for a memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from artengine.api import Tensor


def cells(frames: Tensor, side: int) -> Tensor:
    """Return the mean colours of squares of `side` pixels in the newest of frames
    `(B, H, W, 3 * N)`, float32 `(B, H / side, W / side, 3)`."""
    from keras import ops

    # OpenVINO would change the layout of the frames twice for `average_pool` of a slice.
    newest = np.zeros((side, side, frames.shape[-1], 3), np.float32)
    newest[:, :, -3:] = np.eye(3) / side**2
    return ops.conv(ops.cast(frames, "float32"), newest, strides=side)


def shrink(frame: Tensor, cell: int, side: int) -> Tensor:
    """Shrink a frame to a picture for the memory, float32 `(B, side, side, 3)`."""
    from keras import ops

    seen = cells(frame, cell)
    # OpenVINO lacks `ops.image.resize` with antialiasing.
    down, across = (_resized(length, side) for length in seen.shape[1:3])
    return ops.einsum("ih,bhwc,jw->bijc", down, seen, across)


def _resized(length: int, side: int) -> npt.NDArray[np.float32]:
    """Return the matrix `(side, length)` that resizes a row of `length` cells to `side` by a
    triangle filter, as wide as a step of the longer of the two."""
    step = length / side
    away = np.arange(length) + 0.5 - step * (np.arange(side)[:, None] + 0.5)
    weights = np.maximum(0.0, 1.0 - np.abs(away) / max(step, 1.0))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
