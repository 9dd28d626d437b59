"""Oklab: a perceptually even colour space."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Frame

Floats = npt.NDArray[np.float64]

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_CONES = np.linalg.inv(_TO_CONES)
_FROM_LAB = np.linalg.inv(_TO_LAB)

_MOST = 16.0
"""Brighter values are clipped, so that powers of them stay finite."""


def to_oklab(colours: npt.ArrayLike) -> Floats:
    """Convert sRGB-encoded colours `(..., 3)` in 0..1 to Oklab: lightness, green-red, blue-yellow.

    Lightness is 0..1. The matrices are those of Björn Ottosson, "A perceptual color space for
    image processing", 2020.
    """
    encoded = np.clip(np.asarray(colours, np.float64), 0.0, 1.0)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    lab: Floats = np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T
    return lab


def from_oklab(lab: Floats) -> Floats:
    """Convert Oklab colours `(..., 3)` to sRGB-encoded ones, clipped to 0..1."""
    linear = np.clip((lab @ _FROM_LAB.T) ** 3 @ _FROM_CONES.T, 0.0, 1.0)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def frame_to_oklab(frame: Frame) -> Frame:
    """Convert a frame to Oklab, float32 `(H, W, 3)`; values outside 0..1 are not clipped."""
    bent = cv2.pow(np.clip((frame + np.float32(0.055)) / np.float32(1.055), 0.0, _MOST), 2.4)
    linear = np.where(frame <= np.float32(0.04045), frame * np.float32(1.0 / 12.92), bent)
    cones = cv2.transform(linear.astype(np.float32, copy=False), _TO_CONES)
    lab = cv2.transform(np.cbrt(cones), _TO_LAB)
    return lab.astype(np.float32, copy=False)


def frame_from_oklab(lab: Frame) -> Frame:
    """Convert Oklab `(H, W, 3)` to a frame, unclipped."""
    cones = cv2.transform(lab, _FROM_LAB)
    linear = cv2.transform(cones * cones * cones, _FROM_CONES).astype(np.float32, copy=False)
    bent = cv2.pow(np.maximum(linear, np.float32(0.0031308)), 1.0 / 2.4).astype(np.float32)
    bent *= np.float32(1.055)
    bent -= np.float32(0.055)
    encoded = np.where(linear <= np.float32(0.0031308), linear * np.float32(12.92), bent)
    return encoded.astype(np.float32, copy=False)
