"""The footage that goes with a frame."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.api import Frame, FrameContext, size_of


def truth_for(frame: Frame, now: FrameContext) -> Frame:
    """Return the source frame at the frame's size, which an output chain may have changed."""
    if now.truth.shape == frame.shape:
        return now.truth
    scaled = cv2.resize(now.truth, size_of(frame), interpolation=cv2.INTER_LINEAR)
    return scaled.astype(np.float32, copy=False)
