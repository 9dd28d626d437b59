"""Arithmetic on whole pictures in single passes of OpenCV."""

from __future__ import annotations

import math

import cv2
import numpy as np

from artengine.api import Size

from .light import Plane


def weighted(one: Plane, by: float, other: Plane, other_by: float, add: float = 0.0) -> Plane:
    """Return `one * by + other * other_by + add` for float32 arrays of one shape."""
    total: Plane = cv2.addWeighted(one, by, other, other_by, add)
    return total.reshape(one.shape)


def dim(window: Plane, keep: Plane) -> None:
    """Multiply a part of a picture, `(h, w, 3)` or `(h, w, 4)`, by numbers `(h, w)`, in place.

    For parts narrower than their picture OpenCV takes half of numpy's time.
    """
    by: Plane
    if window.shape[2] == 3:
        by = cv2.cvtColor(keep, cv2.COLOR_GRAY2BGR)
    else:
        by = cv2.merge((keep, keep, keep, keep))
    cv2.multiply(window, by.reshape(window.shape), dst=window)


def brighten(window: Plane, more: Plane) -> None:
    """Add to a part of a picture, in place."""
    if more.dtype != window.dtype:
        window += more
        return
    cv2.add(window, more.reshape(window.shape), dst=window)


def held(plane: Plane, least: float, most: float) -> Plane:
    """Clip a plane in place and return it."""
    return np.clip(plane, np.float32(least), np.float32(most), out=plane)


def enlarged(plane: Plane, size: Size) -> Plane:
    """Enlarge a plane `(h, w)` or `(h, w, C)` to another width and height."""
    width, height = size
    large: Plane = cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR)
    return large.reshape(height, width, *plane.shape[2:])


def blurred(picture: Plane, across: float, down: float) -> Plane:
    """Blur a picture `(h, w, C)` by Gaussians given in pixels, wide ones at a smaller size.

    See `artengine_plugins.imaging.blur.gaussian_blur`; this one is closer to the exact blur.
    """
    height, width = picture.shape[:2]
    shrink_x, shrink_y = (max(1, min(4, int(sigma / 1.5))) for sigma in (across, down))
    if min(width, height) < 8 or shrink_x == shrink_y == 1:
        whole: Plane = cv2.GaussianBlur(picture, (0, 0), across, sigmaY=down)
        return whole.reshape(picture.shape)
    # A box of n pixels has a variance of (n² - 1) / 12, and linear interpolation adds n² / 6.
    left = [
        sigma if n == 1 else math.sqrt(sigma**2 - (n**2 - 1) / 12 - n**2 / 6) / n
        for sigma, n in ((across, shrink_x), (down, shrink_y))
    ]
    size = -(-width // shrink_x), -(-height // shrink_y)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), left[0], sigmaY=left[1])
    large: Plane = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return large.reshape(picture.shape)


def mixed(parts: tuple[Plane, Plane, Plane, Plane], colours: Plane) -> Plane:
    """Mix light `(h, w, 3)` from four planes `(h, w)`.

    Args:
        parts: weight of each colour.
        colours: float32 `(3, 5)`: red, green and blue of the four colours and of a constant.
    """
    # OpenCV multiplies by square matrices in a quarter of the time.
    square = np.zeros((4, 5), np.float32)
    square[:3] = colours
    total: Plane = cv2.cvtColor(cv2.transform(cv2.merge(parts), square), cv2.COLOR_BGRA2BGR)
    return total.reshape(*parts[0].shape, 3)
