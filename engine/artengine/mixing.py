"""Mixing a frame with what an effect made of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from artengine.frame import Frame, Size, size_of

_SCALE = 2**20
"""What shares are multiplied by before OpenCV divides by their sum and a little more: without it a
frame would get darker each time that it is mixed."""


def resized(frame: Frame, size: Size) -> Frame:
    """A frame at another width and height; the frame itself where it has them."""
    if size_of(frame) == size:
        return frame
    import cv2

    return cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)


def mixed(before: Frame, after: Frame, share: float | npt.NDArray[np.float32]) -> Frame:
    """`before` at a share of 0, `after` at 1, a blend of both between.

    Args:
        before, after: float32 `(H, W, 3)`, of one size.
        share: 0..1, for the whole frame or `(H, W)` for each pixel.
    """
    import cv2

    if isinstance(share, np.ndarray):
        taken = share * np.float32(_SCALE)
        blend = cv2.blendLinear(after, before, taken, np.float32(_SCALE) - taken)
        return blend.astype(np.float32, copy=False)
    if share in (0, 1):
        return after if share else before
    blend = cv2.addWeighted(before, 1.0 - share, after, share, 0.0)
    return blend.astype(np.float32, copy=False)
