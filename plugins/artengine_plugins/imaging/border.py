"""Borders: which pixels an effect reads outside the frame."""

from __future__ import annotations

from typing import Literal

import cv2

Border = Literal["reflect", "wrap", "replicate", "black"]
"""`reflect`: the picture mirrored at its edge; `wrap`: the opposite side; `replicate`: the edge's
pixels, drawn out into streaks; `black`: zeros."""

BORDERS: dict[str, int] = {
    # With BORDER_REFLECT_101, cubic filtering never ends if a side is one pixel.
    "reflect": cv2.BORDER_REFLECT,
    "wrap": cv2.BORDER_WRAP,
    "replicate": cv2.BORDER_REPLICATE,
    "black": cv2.BORDER_CONSTANT,
}
"""OpenCV's constants by the names of `Border`."""
