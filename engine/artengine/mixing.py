"""Mixing a frame with what an effect made of it."""

from __future__ import annotations

import numpy as np

from artengine.frame import Frame, Size, size_of


def resized(frame: Frame, size: Size) -> Frame:
    """A frame at another width and height; the frame itself where it has them."""
    if size_of(frame) == size:
        return frame
    import cv2

    return cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)


def mixed(before: Frame, after: Frame, share: float) -> Frame:
    """`before` at a share of 0, `after` at 1, a blend of both between.

    Args:
        before, after: float32 `(H, W, 3)`, of one size.
        share: 0..1.
    """
    if share in (0, 1):
        return after if share else before
    import cv2

    blend = cv2.addWeighted(before, 1.0 - share, after, share, 0.0)
    return blend.astype(np.float32, copy=False)
