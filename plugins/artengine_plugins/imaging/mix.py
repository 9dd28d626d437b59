"""Mixing two frames by an amount."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.api import Frame
from artengine_plugins.imaging.field import Field
from artengine_plugins.imaging.spread import spread


def mix(frame: Frame, other: Frame, amount: Field) -> Frame:
    """Return `frame` at amount 0, `other` at 1, and what lies between or beyond otherwise."""
    if isinstance(amount, np.ndarray):
        mixed = np.subtract(other, frame, dtype=np.float32)
        mixed *= spread(amount)
        mixed += frame
        return mixed
    blend = cv2.addWeighted(frame, 1.0 - amount, other, amount, 0.0)
    return blend.astype(np.float32, copy=False)
