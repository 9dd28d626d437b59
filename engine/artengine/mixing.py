"""Mixing a frame with the result of an effect."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from artengine.frame import Frame, Size, size_of

_SCALE = 2**20
"""Factor for the weights: OpenCV divides by their sum plus a small epsilon, which would otherwise
darken the frame at each mix."""

_ROWS = 64
"""Number of rows that are blended at once, so that their weights stay in the cache."""


def resized(frame: Frame, size: Size) -> Frame:
    """Return a frame resized to `size`; the frame itself if it has that size."""
    if size_of(frame) == size:
        return frame
    import cv2

    return cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)


def mixed(
    before: Frame, after: Frame, share: float | npt.NDArray[np.float32] | npt.NDArray[np.bool_]
) -> Frame:
    """Blend two frames: `before` at a share of 0, `after` at 1.

    Args:
        before, after: float32 `(H, W, 3)`, of the same size.
        share: 0..1, for the whole frame or `(H, W)` for each pixel; or bools `(H, W)`.
    """
    import cv2

    if isinstance(share, np.ndarray):
        blend = np.empty_like(before)
        for top in range(0, len(share), _ROWS):
            rows = slice(top, top + _ROWS)
            taken = np.multiply(share[rows], np.float32(_SCALE), dtype=np.float32)
            least, most, _, _ = cv2.minMaxLoc(taken)
            if most <= 0 or least >= _SCALE:
                blend[rows] = after[rows] if least else before[rows]
                continue
            left = np.float32(_SCALE) - taken
            cv2.blendLinear(after[rows], before[rows], taken, left, blend[rows])
        return blend
    if share in (0, 1):
        return after if share else before
    evenly = cv2.addWeighted(before, 1.0 - share, after, share, 0.0)
    return evenly.astype(np.float32, copy=False)
