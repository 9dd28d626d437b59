"""Motion from one frame to the next."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Frame, Size, size_of
from artengine_plugins.imaging.luma import Plane, luma

Grey = npt.NDArray[np.uint8]
"""uint8 `(h, w)`: luma of a small picture."""

Flow = npt.NDArray[np.float32]
"""float32 `(h, w, 2)`: offsets across and down."""

SIDE = 96
"""Longer side, in pixels, of the small picture in which motion is estimated."""


def shrunk(frame: Frame) -> Grey:
    """Return the small picture of a frame, in which motion is estimated."""
    width, height = size_of(frame)
    share = SIDE / max(width, height)
    size = max(1, round(width * share)), max(1, round(height * share))
    small = cv2.resize(luma(frame), size, interpolation=cv2.INTER_AREA)
    shades: Grey = np.clip(small * np.float32(255.0), 0.0, 255.0).astype(np.uint8)
    return shades


def motion(before: Grey, after: Grey) -> Flow:
    """Return the offset from each pixel to its content's previous position, in small pixels.

    Optical flow as in Farnebäck, "Two-frame motion estimation based on polynomial expansion",
    2003.
    """
    still = np.zeros((*after.shape, 2), np.float32)
    flow = cv2.calcOpticalFlowFarneback(after, before, still, 0.5, 2, 9, 2, 5, 1.1, 0)
    return flow.astype(np.float32, copy=False)


def drawn_from(flow: Flow, size: Size) -> tuple[Plane, Plane]:
    """Return each pixel's source column and row `(H, W)` in a frame of `size`, interpolated.

    Args:
        flow: offsets in pixels of the small picture.
        size: width and height of the frame.
    """
    width, height = size
    large = cv2.resize(flow, size, interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)
    large *= np.float32(max(size) / SIDE)
    columns = np.add(large[..., 0], np.arange(width, dtype=np.float32), dtype=np.float32)
    rows = np.add(large[..., 1], np.arange(height, dtype=np.float32)[:, None], dtype=np.float32)
    return columns, rows
