"""Views: pictures of a clip mirrored, zoomed and shifted, and the halved ones for the search."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.measure.patches import Floats
from artengine.measure.thumbnails import SIDE, lumas

ZOOMS = (0.8, 0.9, 1.0, 1.1, 1.25)
VIEWS = [(mirrored, zoom) for mirrored in (False, True) for zoom in ZOOMS]
"""Whether each view is mirrored, and its zoom."""

SHIFT = 4
"""The largest shift of a view, in pixels of thumbnails."""


def viewed(pictures: Floats, view: int) -> Floats:
    """Mirror and zoom pictures about their middle, with a margin of 4: `(n, 40, 40, 3)`."""
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
    """Return luma averaged over 2x2 pixels: `(n, 16, 16)`."""
    blocks = lumas(pictures).reshape(len(pictures), SIDE // 2, 2, SIDE // 2, 2)
    return np.asarray(blocks.mean(axis=(2, 4)), np.float32)


def normed(rows: Floats) -> Floats:
    """Subtract the mean of each row and scale it to norm 1: inner products are correlations."""
    apart = rows - rows.mean(axis=-1, keepdims=True)
    lengths = np.maximum(np.linalg.norm(apart, axis=-1, keepdims=True), 1e-3)
    return np.asarray(apart / lengths, np.float32)
