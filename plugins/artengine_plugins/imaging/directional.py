"""Enlargement along edges rather than across them."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.api import Frame
from artengine_plugins.imaging.luma import Plane, luma
from artengine_plugins.imaging.spread import spread

_CUBIC = np.array([-1.0, 9.0, 9.0, -1.0], np.float32) / 16.0
"""Cubic convolution half-way between the second and the third of four pixels (Keys, 1981)."""

_ALONG_FALLING = np.diag(_CUBIC)
_ALONG_RISING = np.ascontiguousarray(_ALONG_FALLING[:, ::-1])
_ALONG_ROW = _CUBIC[None, :]
_ALONG_COLUMN = _CUBIC[:, None]


_ROWS = 128
"""Rows enlarged at once, which saves memory and keeps most of it in the cache."""

_REACH = 6
"""Rows above and below that affect a row."""


def double(frame: Frame) -> Frame:
    """Enlarge a frame `(H, W, 3)` to twice its size, interpolating along edges.

    Directional cubic convolution: Zhou, Shen and Dong, "Image zooming using directional cubic
    convolution interpolation", 2012. Two crossing directions are weighted by the fifth power of how
    little luma changes along them, so that slanted edges stay smooth. The paper also chooses a
    single direction if the ratio is clear; the weights alone do as well. The difference between the
    frame and the shrunk result is added back (Irani and Peleg, "Improving resolution by image
    registration", 1991), so that fine texture keeps its contrast.

    Returns:
        float32 `(2H, 2W, 3)`, unclipped, aligned with the frame at the corners.
    """
    height, width = frame.shape[:2]
    doubled = np.empty((2 * height, 2 * width, 3), np.float32)
    for top in range(0, height, _ROWS):
        above = min(top, _REACH)
        strip = frame[top - above : top + _ROWS + _REACH]
        made = doubled[2 * top : 2 * (top + _ROWS)]
        aligned, found = _parts(strip)
        rows = slice(2 * above, 2 * above + len(made))
        np.add(aligned[rows], found[rows], out=made)
    return doubled


def _parts(frame: Frame) -> tuple[Frame, Frame]:
    """Return the enlarged frame, and the correction that restores the frame's lost detail."""
    height, width = frame.shape[:2]
    light = luma(frame)
    right, below = _next(light, 1), _next(light, 0)

    # Pixels between four neighbours: along the falling or the rising diagonal.
    between = _weigh(
        _filter(frame, _ALONG_FALLING, (1, 1)),
        _sum(np.abs(_next(right, 0) - light), 3, (1, 1)),
        _filter(frame, _ALONG_RISING, (1, 1)),
        _sum(np.abs(below - right), 3, (1, 1)),
    )

    # Pixels between two neighbours: along the row or the column, one of which has new pixels.
    middle = luma(between)
    flat, flat_between = np.abs(right - light), np.abs(_next(middle, 1) - middle)
    steep, steep_between = np.abs(below - light), np.abs(_next(middle, 0) - middle)
    beside = _weigh(
        _filter(frame, _ALONG_ROW, (1, 0)),
        flat + _sum(flat_between, 2, (1, 1)),
        _filter(between, _ALONG_COLUMN, (0, 2)),
        _previous(steep_between, 0) + _sum(steep, 2, (0, 1)),
    )
    beneath = _weigh(
        _filter(between, _ALONG_ROW, (2, 0)),
        _previous(flat_between, 1) + _sum(flat, 2, (1, 0)),
        _filter(frame, _ALONG_COLUMN, (0, 1)),
        steep + _sum(steep_between, 2, (1, 1)),
    )

    doubled = np.empty((height, 2, width, 6), np.float32)
    cv2.merge([frame, beside], doubled[:, 0])
    cv2.merge([beneath, between], doubled[:, 1])
    # The old pixels have not moved so far: shift by half a new pixel to align the corners.
    aligned = cv2.sepFilter2D(
        doubled.reshape(2 * height, 2 * width, 3),
        -1,
        _CUBIC,
        _CUBIC,
        anchor=(2, 2),
        borderType=cv2.BORDER_REPLICATE,
    ).astype(np.float32, copy=False)
    lost = frame - cv2.resize(aligned, (width, height), interpolation=cv2.INTER_AREA)
    found = cv2.resize(lost, (2 * width, 2 * height), interpolation=cv2.INTER_CUBIC)
    return aligned, found.astype(np.float32, copy=False)


def _next(plane: Plane, axis: int) -> Plane:
    count = plane.shape[axis]
    places = np.minimum(np.arange(count) + 1, count - 1)
    moved: Plane = np.take(plane, places, axis=axis)
    return moved


def _previous(plane: Plane, axis: int) -> Plane:
    places = np.maximum(np.arange(plane.shape[axis]) - 1, 0)
    moved: Plane = np.take(plane, places, axis=axis)
    return moved


def _filter(frame: Frame, taps: Plane, anchor: tuple[int, int]) -> Frame:
    filtered = cv2.filter2D(frame, -1, taps, anchor=anchor, borderType=cv2.BORDER_REPLICATE)
    return filtered.astype(np.float32, copy=False)


def _sum(plane: Plane, side: int, anchor: tuple[int, int]) -> Plane:
    """Sum over a square window; `anchor` is the pixel's own place in it, across and down."""
    total = cv2.boxFilter(
        plane, -1, (side, side), anchor=anchor, normalize=False, borderType=cv2.BORDER_REPLICATE
    )
    return total.astype(np.float32, copy=False)


def _weigh(one: Frame, change_one: Plane, other: Frame, change_other: Plane) -> Frame:
    """Blend two frames in favour of the one that changes less in its direction; changes `other`."""
    # Add 1/255: flat areas stay even and the divisor is not 0.
    least = np.float32(1.0 / 255.0)
    ratio = change_one + least
    ratio /= change_other + least
    share = ratio * ratio
    share *= share
    share *= ratio
    share /= share + np.float32(1.0)
    np.subtract(other, one, out=other)
    other *= spread(share)
    other += one
    return other
