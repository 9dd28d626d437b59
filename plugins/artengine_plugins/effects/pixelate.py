"""Pixelate: the picture in few large pixels."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Effect, Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.cells import averaged
from artengine_plugins.imaging.places import shorter_side

Places = npt.NDArray[np.float64]


class Pixelate(Effect):
    """The picture has few large pixels: squares, bricks or hexagons of one colour each."""

    name: ClassVar[str] = "pixelate"
    uses_truth: ClassVar[bool] = False

    size: float = Param(0.035, ge=0.002, le=1)
    """Width of a pixel as a share of the frame's shorter side: hardly visible at 0.002, one or two
    for the whole picture at 1."""

    shape: Literal["square", "brick", "hexagon"] = "square"
    """Shape of a pixel: a `square`, a `brick` offset from the row above, or a `hexagon`."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Give the pixels of each large pixel their mean."""
        side = max(1.0, self.size * shorter_side(frame))
        if self.shape == "square":
            size = size_of(frame)
            small = tuple(max(1, round(length / side)) for length in size)
            few = cv2.resize(frame, small, interpolation=cv2.INTER_AREA)
            large = cv2.resize(few, size, interpolation=cv2.INTER_NEAREST)
            return large.astype(np.float32, copy=False)
        height, width = frame.shape[:2]
        high = side * (0.5 if self.shape == "brick" else 0.8660254)
        down = ((np.arange(height) + 0.5)[:, None] / high).astype(np.float64)
        right = ((np.arange(width) + 0.5)[None, :] / side).astype(np.float64)
        rows = np.floor(down).astype(np.intp)
        if self.shape == "hexagon":
            # Rows of centres are offset by half; compare the nearest centres of two rows.
            upper = np.floor(down - 0.5)
            lower = ~_nearer(right, down, upper, high / side)
            rows = (upper + lower).astype(np.intp)
        columns = np.floor(right - 0.5 * (rows % 2)).astype(np.intp)
        rows = rows - rows.min()
        columns = columns - columns.min()
        return averaged(frame, rows * (columns.max() + 1) + columns)


def _nearer(right: Places, down: Places, row: Places, ratio: float) -> npt.NDArray[np.bool_]:
    """Return whether the nearest centre in a row is nearer than that in the row below."""

    def distance(line: Places) -> Places:
        place = right - 0.5 * (line % 2)
        across = place - np.floor(place) - 0.5
        squared: Places = across**2 + ((down - line - 0.5) * ratio) ** 2
        return squared

    return distance(row) <= distance(row + 1)
