"""The footage that goes with a frame."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.api import Frame, Moment, size_of


def truth_for(frame: Frame, moment: Moment) -> Frame:
    """Return the moment's truth at the frame's size, which an output chain may have changed."""
    if moment.truth.shape == frame.shape:
        return moment.truth
    scaled = cv2.resize(moment.truth, size_of(frame), interpolation=cv2.INTER_LINEAR)
    return scaled.astype(np.float32, copy=False)
