"""Posters: the most salient frame of a film."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from artengine.frame import Picture

SALIENCY_SIDE = 96  # the longer side of the pictures that are compared, in pixels


def most_salient(pictures: Iterable[Picture]) -> Picture:
    """Return the picture with the highest `saliency`, the earliest of several equal ones.

    Reads the pictures once and keeps only the best so far. Raises `ValueError` when there are none.
    """
    best, highest = None, -1.0
    for picture in pictures:
        score = saliency(picture)
        if score > highest:
            best, highest = picture.copy(), score
    if best is None:
        raise ValueError("a film without pictures has no poster")
    return best


def saliency(picture: Picture) -> float:
    """Return colourfulness times detail: 0 for a flat picture, some hundreds for a rich one.

    The picture is measured at a small size, at which fine noise averages out. 1 is added to the
    colourfulness, so that black-and-white pictures are compared by their detail.

    Args:
        picture: uint8 `(H, W, 3)`, RGB.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, SALIENCY_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return (1.0 + _colourfulness(small)) * _detail(small)


def _colourfulness(pixels: npt.NDArray[np.float32]) -> float:
    """Spread and strength of the opponent colours of RGB pixels in 0..255.

    The metric M3 of Hasler and Suesstrunk, "Measuring colourfulness in natural images", 2003.
    """
    red, green, blue = cv2.split(pixels)
    red_green = red - green
    yellow_blue = (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    strength = np.hypot(red_green.mean(), yellow_blue.mean())
    return float(spread + 0.3 * strength)


def _detail(pixels: npt.NDArray[np.float32]) -> float:
    """Mean magnitude of the brightness gradient of RGB pixels, in grey levels per pixel."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    across, down = (
        cv2.Sobel(grey, cv2.CV_32F, dx, dy, scale=1 / 8, borderType=cv2.BORDER_REPLICATE)
        for dx, dy in ((1, 0), (0, 1))
    )
    return float(cv2.magnitude(across, down).mean())
