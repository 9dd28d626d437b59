"""Hashed random numbers, so that any moment can be drawn independently of the others."""

from __future__ import annotations

import math
from functools import lru_cache

_MASK = (1 << 64) - 1


@lru_cache(maxsize=1 << 16)
def chance(*keys: int) -> float:
    """Hash the keys to a number in [0, 1) by SplitMix64 (Steele et al., 2014)."""
    state = 0
    for key in keys:
        state = (state + 0x9E3779B97F4A7C15 + key) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return (state >> 11) / (1 << 53)


def wander(at: float, *keys: int) -> float:
    """Return smooth value noise in 0..1: a new value at each whole `at`, eased in between."""
    cell = math.floor(at)
    part = at - cell
    part = part * part * (3.0 - 2.0 * part)
    return chance(*keys, cell) * (1.0 - part) + chance(*keys, cell + 1) * part


def ramp(value: float, low: float, high: float) -> float:
    """Rise from 0 at `low` to 1 at `high`, eased at both ends."""
    part = min(max((value - low) / (high - low), 0.0), 1.0)
    return part * part * (3.0 - 2.0 * part)
