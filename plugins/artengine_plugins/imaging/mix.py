"""Mixing two frames by an amount."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.api import Frame


def mix(frame: Frame, other: Frame, amount: float) -> Frame:
    """Return `frame` at amount 0, `other` at 1, and what lies between or beyond otherwise."""
    mixed = cv2.addWeighted(frame, 1.0 - amount, other, amount, 0.0)
    return mixed.astype(np.float32, copy=False)
