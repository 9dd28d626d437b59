"""Mixing two frames by an amount."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.api import Frame
from artengine_plugins.imaging.field import Field
from artengine_plugins.imaging.spread import spread


def mix(frame: Frame, other: Frame, amount: Field, *, own: bool = False) -> Frame:
    """Return `frame` at amount 0, `other` at 1, and a linear mixture otherwise.

    Args:
        frame, other: `(H, W, 3)`.
        amount: a number, or one for each pixel.
        own: whether no one else holds `other`, so that it may be returned itself at 1.
    """
    if own and not isinstance(amount, np.ndarray) and amount == 1.0:
        return other
    if isinstance(amount, np.ndarray):
        mixed = np.subtract(other, frame, dtype=np.float32)
        mixed *= spread(amount)
        mixed += frame
        return mixed
    blend = cv2.addWeighted(frame, 1.0 - amount, other, amount, 0.0)
    return blend.astype(np.float32, copy=False)
