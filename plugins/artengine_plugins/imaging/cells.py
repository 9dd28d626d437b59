"""Cells: points scattered over a frame, and the nearest point of each pixel."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Frame, Size
from artengine_plugins.imaging.luma import Plane

Labels = npt.NDArray[np.intp]
"""Number of the cell that each pixel belongs to, `(H, W)`, from 0."""

Points = npt.NDArray[np.intp]
"""Rows and columns of points, `(n, 2)`."""


def scattered(rng: np.random.Generator, size: Size, spacing: float, phase: float = 0.0) -> Points:
    """Scatter points over a frame, about one in each square of a grid.

    Args:
        rng: equal generators give equal points.
        size: width and height in pixels.
        spacing: distance between neighbours in pixels, at least 1.
        phase: turns that the points have made in their squares, on average.

    Returns:
        Points at distinct pixels, from top to bottom.
    """
    columns, rows = (int(np.ceil(length / spacing)) + 1 for length in size)
    angle, pace, reach = rng.random((3, rows, columns))
    turned = 2.0 * np.pi * (angle + phase * (0.5 + pace))
    across = (np.arange(columns) + 0.45 * reach * np.cos(turned)) * spacing
    down = (np.arange(rows)[:, None] + 0.45 * reach * np.sin(turned)) * spacing
    places = np.rint(np.clip(down, 0, size[1] - 1)) * size[0]
    places += np.rint(np.clip(across, 0, size[0] - 1))
    taken = np.unique(places.astype(np.intp))
    return np.stack(np.divmod(taken, size[0]), axis=-1)


def nearest(points: Points, size: Size) -> tuple[Labels, Plane]:
    """Find the nearest point of each pixel (Felzenszwalb's or Borgefors's distance transform).

    Args:
        points: the result of `scattered`.
        size: width and height in pixels.

    Returns:
        The number of the nearest point, and its distance in pixels, float32 `(H, W)`.
    """
    seeds = np.ones((size[1], size[0]), np.uint8)
    seeds[points[:, 0], points[:, 1]] = 0
    distance, marks = cv2.distanceTransformWithLabels(
        seeds, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    given = marks.astype(np.intp)
    numbers = np.zeros(int(given.max()) + 1, np.intp)
    numbers[given[points[:, 0], points[:, 1]]] = np.arange(len(points))
    return numbers.take(given), distance.astype(np.float32, copy=False)


def means(frame: Frame, labels: Labels) -> Plane:
    """Return the mean colour of each cell, float32 `(n, 3)`; cells without pixels are black."""
    flat = labels.ravel()
    counts = np.maximum(np.bincount(flat), 1)
    sums = [np.bincount(flat, channel.ravel()) for channel in cv2.split(frame)]
    return np.stack([total / counts for total in sums], axis=-1).astype(np.float32)


def averaged(frame: Frame, labels: Labels) -> Frame:
    """Give every pixel the mean colour of its cell."""
    flat: Frame = means(frame, labels).take(labels, axis=0)
    return flat
