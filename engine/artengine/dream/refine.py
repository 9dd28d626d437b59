"""Refining: the coarse picture of a small dream with the detail of a large one."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.frame import Frame, Size, size_of


def smaller(size: Size, refine: float) -> Size:
    """Width and height of the dream that is refined to `size`."""
    return max(1, round(size[0] / refine)), max(1, round(size[1] / refine))


def refined(large: Frame, small: Frame, detail: float) -> Frame:
    """Give a large frame the coarse picture of a small one, and let it keep its detail.

    The two bands are those of a Laplacian pyramid (Burt and Adelson, "The Laplacian pyramid as a
    compact image code", 1983): both frames are shrunk until nothing is left of what is finer than
    `detail`, and the large one is moved by how they differ there.

    Args:
        large: `(H, W, 3)`.
        small: `(h, w, 3)`, no larger.
        detail: width in the small frame's pixels, 1 or more, of what is left to the large one.

    Returns:
        `(H, W, 3)`, unclipped.
    """
    coarse = smaller(size_of(small), detail)
    missing = _shrunk(small, coarse) - _shrunk(large, coarse)
    moved = cv2.resize(missing, size_of(large), interpolation=cv2.INTER_CUBIC)
    return cv2.add(moved, large, dst=moved).astype(np.float32, copy=False)


def _shrunk(frame: Frame, size: Size) -> Frame:
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
