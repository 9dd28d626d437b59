"""Refinement: combine the large shapes of a small dream with the detail of a large one."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.frame import Frame, Size, size_of


def smaller(size: Size, refine: float) -> Size:
    """Return the width and height of the dream that is refined to `size`."""
    return max(1, round(size[0] / refine)), max(1, round(size[1] / refine))


def refined(large: Frame, small: Frame, detail: float) -> Frame:
    """Replace the low frequencies of a large frame by those of a small one.

    The two bands are those of a Laplacian pyramid (Burt and Adelson, "The Laplacian pyramid as a
    compact image code", 1983): both frames are downsampled until only structures coarser than
    `detail` are left, and their difference there is upsampled and added to the large one.

    Args:
        large: `(H, W, 3)`.
        small: `(h, w, 3)`, no larger.
        detail: largest structures taken from `large`, in pixels of `small`, 1 or more.

    Returns:
        `(H, W, 3)`, unclipped.
    """
    coarse = smaller(size_of(small), detail)
    missing = _shrunk(small, coarse) - _shrunk(large, coarse)
    moved = cv2.resize(missing, size_of(large), interpolation=cv2.INTER_CUBIC)
    return cv2.add(moved, large, dst=moved).astype(np.float32, copy=False)


def _shrunk(frame: Frame, size: Size) -> Frame:
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
