"""Copying some pixels of a frame into another."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Frame


def copy_where(where: npt.NDArray[np.bool_], frame: Frame, into: Frame) -> None:
    """Copy pixels of a frame into another, in a quarter of the time of `np.copyto`.

    Args:
        where: the pixels to copy, broadcastable to `(H, W)`.
        frame: `(H, W, 3)`.
        into: `(H, W, 3)`, modified in place.
    """
    mask = np.ascontiguousarray(np.broadcast_to(where, into.shape[:2]))
    cv2.copyTo(frame, mask.view(np.uint8), into)
