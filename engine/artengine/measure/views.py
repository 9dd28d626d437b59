"""Views: pictures of a clip mirrored, zoomed and shifted, and the small ones that are searched."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.measure.patches import Floats
from artengine.measure.thumbnails import SIDE, lumas

ZOOMS = (0.8, 0.9, 1.0, 1.1, 1.25)
VIEWS = [(mirrored, zoom) for mirrored in (False, True) for zoom in ZOOMS]
"""Whether a view is mirrored, and how much it is zoomed."""

SHIFT = 4
"""How far a view may be shifted, in pixels of thumbnails."""


def viewed(pictures: Floats, view: int) -> Floats:
    """Pictures mirrored and zoomed about their middle, with a margin of 4: `(n, 40, 40, 3)`."""
    mirrored, zoom = VIEWS[view]
    middle, side = (SIDE - 1) / 2, SIDE + 2 * SHIFT
    across = -zoom if mirrored else zoom
    move = np.array(
        [
            [across, 0, middle + SHIFT - across * middle],
            [0, zoom, middle + SHIFT - zoom * middle],
        ]
    )
    return np.stack(
        [
            cv2.warpAffine(
                picture, move, (side, side), None, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
            )
            for picture in pictures
        ]
    ).astype(np.float32, copy=False)


def halved(pictures: Floats) -> Floats:
    """Luma averaged over 2x2 pixels: `(n, 16, 16)`."""
    blocks = lumas(pictures).reshape(len(pictures), SIDE // 2, 2, SIDE // 2, 2)
    return np.asarray(blocks.mean(axis=(2, 4)), np.float32)


def normed(rows: Floats) -> Floats:
    """Rows without their mean, of length 1: their products are correlations."""
    apart = rows - rows.mean(axis=-1, keepdims=True)
    lengths = np.maximum(np.linalg.norm(apart, axis=-1, keepdims=True), 1e-3)
    return np.asarray(apart / lengths, np.float32)
