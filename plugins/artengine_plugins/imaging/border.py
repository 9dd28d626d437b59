"""Borders: what lies outside a frame's edge when an effect looks there."""

from __future__ import annotations

from typing import Literal

import cv2

Border = Literal["reflect", "wrap", "replicate", "black"]
"""`reflect`: the picture mirrored at its edge; `wrap`: the opposite side; `replicate`: the edge's
own pixels drawn out into streaks; `black`: nothing."""

BORDERS: dict[str, int] = {
    # Not BORDER_REFLECT_101, with which cubic filtering never ends where a side is one pixel.
    "reflect": cv2.BORDER_REFLECT,
    "wrap": cv2.BORDER_WRAP,
    "replicate": cv2.BORDER_REPLICATE,
    "black": cv2.BORDER_CONSTANT,
}
"""OpenCV's constants, by the names of `Border`."""
