"""Warps: frames moved, rotated, scaled or distorted."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Frame
from artengine_plugins.imaging.border import BORDERS, Border
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.stretch import Line, stretched

LEAST_STRETCH = 0.25
"""Smallest scale at which frames are stretched along their axes. Below it, neighbouring pixels are
read from so far apart that OpenCV's warp is faster and takes less memory."""


def about_centre(
    frame: Frame, x: float, y: float, *, scale: float = 1.0, degrees: float = 0.0
) -> npt.NDArray[np.float64]:
    """Return the matrix `(2, 3)` that scales and rotates a frame about a fixed point.

    Args:
        frame: `(H, W, 3)`; only its size matters.
        x, y: the point as shares of width and height, 0..1.
        scale: above 1 magnifies.
        degrees: clockwise on the screen.
    """
    height, width = frame.shape[:2]
    middle = (x * (width - 1), y * (height - 1))
    return cv2.getRotationMatrix2D(middle, -degrees, scale).astype(np.float64, copy=False)


def warp_affine(frame: Frame, matrix: npt.NDArray[np.float64], border: Border) -> Frame:
    """Move a frame's pixels by a matrix `(2, 3)` of positions in pixels.

    Filtering is cubic: in a feedback chain, linear filtering blurs everything within a second.
    """
    height, width = frame.shape[:2]
    along_axes = matrix[0, 1] == 0.0 == matrix[1, 0]
    if along_axes and min(matrix[0, 0], matrix[1, 1]) >= LEAST_STRETCH:
        across, down = (_drawn_from(*matrix[axis, [axis, 2]].tolist()) for axis in (0, 1))
        return stretched(frame, across, down, border)
    warped = cv2.warpAffine(
        frame, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=BORDERS[border]
    )
    return warped.astype(np.float32, copy=False)


def _drawn_from(scale: float, shift: float) -> Line:
    """Return the source positions along an axis of places that move to `scale * n + shift`."""
    return 1.0 / scale, -shift / scale


def warp_from(frame: Frame, columns: Plane, rows: Plane, border: Border) -> Frame:
    """Read each pixel from a position in the frame, `(H, W)` each, in pixels, cubic filtering."""
    warped = cv2.remap(frame, columns, rows, cv2.INTER_CUBIC, borderMode=BORDERS[border])
    return warped.astype(np.float32, copy=False)
