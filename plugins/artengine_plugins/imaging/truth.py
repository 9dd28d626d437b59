"""The footage that belongs to a frame."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.api import Frame, FrameContext, size_of


def truth_for(frame: Frame, now: FrameContext) -> Frame:
    """Return the source frame, resized to the frame if an output chain has changed its size."""
    if now.truth.shape == frame.shape:
        return now.truth
    scaled = cv2.resize(now.truth, size_of(frame), interpolation=cv2.INTER_LINEAR)
    return scaled.astype(np.float32, copy=False)
