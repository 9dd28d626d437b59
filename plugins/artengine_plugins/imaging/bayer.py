"""Thresholds for ordered dithering."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def bayer(order: int) -> npt.NDArray[np.float32]:
    """Return evenly spread thresholds `(2**order, 2**order)` in -0.5..0.5 (Bayer, 1973)."""
    ranks = np.zeros((1, 1))
    for _ in range(order):
        ranks = np.block([[4 * ranks, 4 * ranks + 2], [4 * ranks + 3, 4 * ranks + 1]])
    return ((ranks + 0.5) / ranks.size - 0.5).astype(np.float32)
