"""Soft windows over the regions of a picture, which add up to 1."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Windows = npt.NDArray[np.float32]
"""Weights of regions, `(regions, height, width)`."""


def windows(height: int, width: int, side: int, margin: float = 0.0) -> Windows:
    """Return the windows of `side * side` regions, row by row.

    Each is 1 at its centre and falls linearly to 0 at the centres of its neighbours; at the border
    of the picture it stays 1. Without a margin they add up to 1 everywhere.

    Args:
        height, width: size of the picture.
        side: number of regions across and down.
        margin: how much wider each window is, as a share of the distance between centres.
    """

    def falling(length: int) -> npt.NDArray[np.float64]:
        at = np.clip((np.arange(length) + 0.5) / length * side - 0.5, 0, side - 1)
        far = np.abs(at - np.arange(side)[:, None])
        return np.asarray(np.clip(1.0 - far / (1.0 + margin), 0.0, 1.0))

    whole = np.einsum("ay,bx->abyx", falling(height), falling(width))
    return np.asarray(whole.reshape(side * side, height, width), np.float32)


def neighbours(side: int) -> npt.NDArray[np.float32]:
    """Return 1 where two of `side * side` regions touch, else 0, also for a region and itself."""
    row, column = np.divmod(np.arange(side * side), side)
    near = np.maximum(np.abs(row[:, None] - row), np.abs(column[:, None] - column)) == 1
    return np.asarray(near, np.float32)
