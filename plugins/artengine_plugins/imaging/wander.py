"""Smooth random walks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_PERIOD = 256
"""Period in steps."""


def wander(rng: np.random.Generator, phase: float, count: int) -> npt.NDArray[np.float64]:
    """Return numbers in -1..1 that change smoothly with the phase, independently of each other.

    Random values at whole phases are joined by cubics (Catmull and Rom, 1974), whose slight
    overshoots are clipped.

    Args:
        rng: draws the values; equal generators give equal walks.
        phase: position in steps; may be negative.
        count: how many numbers to return.
    """
    values = rng.uniform(-1.0, 1.0, (_PERIOD, count))
    step = int(np.floor(phase))
    t = phase - step
    before, here, next_, after = (values[(step + way) % _PERIOD] for way in (-1, 0, 1, 2))
    slope, end_slope = (next_ - before) / 2.0, (after - here) / 2.0
    square, cube = t * t, t * t * t
    way = (2 * cube - 3 * square + 1) * here + (cube - 2 * square + t) * slope
    way += (3 * square - 2 * cube) * next_ + (cube - square) * end_slope
    wandered: npt.NDArray[np.float64] = np.clip(way, -1.0, 1.0)
    return wandered
