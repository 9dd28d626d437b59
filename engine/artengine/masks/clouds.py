"""Clouds: smooth noise over a picture, which changes with time."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from artengine.frame import Size
from artengine.masks.plane import Plane

_LATTICE = 256
"""Random numbers along each side; a picture shows one for each cell."""

_FINEST = 8.0
"""Above this many pixels a cell, clouds are computed at a lower resolution and enlarged."""


@lru_cache(maxsize=16)
def _lattice(key: int, step: int) -> Plane:
    """Return random numbers from -1 to 1."""
    words = [key & 0xFFFFFFFF, key >> 32, step & 0xFFFFFFFF]
    chance = np.random.Generator(np.random.SFC64(words))
    return chance.random((_LATTICE, _LATTICE), np.float32) * np.float32(2.0) - np.float32(1.0)


def clouds(size: Size, scale: float, phase: float, key: int) -> Plane:
    """Return clouds, `(H, W)` in 0..1, as much above a half as below.

    Args:
        size: width and height.
        scale: width of a cloud as a share of the shorter side, clamped to 0.01..2.
        phase: each whole number gives other clouds, interpolated smoothly.
        key: the key of the random numbers.
    """
    import cv2

    step = math.floor(phase)
    share = phase - step
    share = share * share * (3.0 - 2.0 * share)
    # A sum of two lattices has less contrast than each; this compensates for it.
    rough = 1.0 / math.hypot(1.0 - share, share)
    lattice = _lattice(key, step) * np.float32(rough * (1.0 - share))
    if share:
        lattice += _lattice(key, step + 1) * np.float32(rough * share)
    # Add finer clouds of half the width and half the strength to the large ones.
    widths = [min(2.0, max(0.01, scale)) / part * min(size) for part in (1.0, 2.0)]
    cells = [max(width, (max(size) + 1.0) / (_LATTICE - 4), 1.0) for width in widths]
    coarse = max(1, min(32, int(cells[-1] / _FINEST)))
    large, fine = (_spread(lattice, size, cell, coarse) for cell in cells)
    found: Plane = large * np.float32(0.375) + fine * np.float32(0.1875) + np.float32(0.5)
    np.clip(found, np.float32(0.0), np.float32(1.0), out=found)
    # Only the visible part is enlarged: large clouds in full would be many times the frame.
    return cv2.resize(found, size, interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)


def _spread(lattice: Plane, size: Size, cell: float, coarse: int) -> Plane:
    """Interpolate the middle of a lattice over a picture, each number `cell` pixels wide.

    Returns:
        One number for every `coarse` pixels, across and down.
    """
    import cv2

    counts = [2 * math.ceil(side / cell / 2.0) + 2 for side in size]
    columns, rows = (slice((_LATTICE - n) // 2, (_LATTICE + n) // 2) for n in counts)
    wide = [max(side, round(n * cell)) for n, side in zip(counts, size, strict=True)]
    small = [-(-each // coarse) for each in wide]
    spread = cv2.resize(lattice[rows, columns], small, interpolation=cv2.INTER_CUBIC)
    shown = [-(-side // coarse) for side in size]
    left, top = ((n - side) // 2 for n, side in zip(small, shown, strict=True))
    part = spread[top : top + shown[1], left : left + shown[0]]
    return part.astype(np.float32, copy=False)
