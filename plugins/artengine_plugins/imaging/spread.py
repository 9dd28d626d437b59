"""Repeating a plane over the channels of a frame."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.api import Frame
from artengine_plugins.imaging.luma import Plane


def spread(plane: Plane) -> Frame:
    """Repeat a plane `(H, W)` into a grey frame `(H, W, 3)`.

    Arithmetic on this copy is several times as fast as on a broadcast view.
    """
    return cv2.merge([plane, plane, plane]).astype(np.float32, copy=False)
