"""Polar: bend the picture into a disc."""

from __future__ import annotations

from math import pi, radians
from typing import ClassVar, Literal

import cv2
import numpy as np

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.places import middle, offsets
from artengine_plugins.imaging.warp import warp_from


class Polar(PhasedEffect):
    """The picture is bent round a point into a small planet, or a disc is rolled out into a strip.

    The picture goes round the point once forwards and once mirrored, so that there is no seam.
    """

    name: ClassVar[str] = "polar"
    uses_truth: ClassVar[bool] = False

    mode: Literal["planet", "tunnel", "unroll"] = "planet"
    """`planet`: the bottom of the picture becomes the centre; `tunnel`: its top does; `unroll`:
    the surroundings of the point are laid out from left to right."""

    size: float = Param(0.7, ge=0.05, le=2)
    """Radius of the disc as a share of the frame's shorter side: a small ball at 0.05; at 2 only
    its centre is visible."""

    angle: float = Param(90.0, ge=-180, le=180, unit="degrees")
    """Direction of the picture's left edge: to the right of the point at 0, below it at 90, to its
    left at -180 and 180."""

    turn: float = Param(0.0, ge=-720, le=720, unit="degrees a second")
    """How fast the disc rotates, clockwise above 0: it stands at 0 and whirls at -720 and 720."""

    x: float = Param(0.5, ge=0, le=1)
    """Horizontal position of the point: the left edge at 0, the right edge at 1."""

    y: float = Param(0.5, ge=0, le=1)
    """Vertical position of the point: the top at 0, the bottom at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Bend the frame."""
        start = np.float32(radians(self.angle + self.advance(self.turn, now)) % (2.0 * pi))
        height, width = frame.shape[:2]
        reach = np.float32(max(1.0, self.size * min(height, width)))
        if self.mode == "unroll":
            return self._unrolled(frame, start, reach)
        right, down = np.broadcast_arrays(*offsets(frame, self.x, self.y))
        distance, around = cv2.cartToPolar(np.ascontiguousarray(right), np.ascontiguousarray(down))
        around -= start
        around /= np.float32(pi)
        # 0..1 over the first half of the turn and 1..0 over the second.
        around = np.abs(around - np.float32(2.0) * np.rint(around * np.float32(0.5)))
        columns = np.multiply(around, width - 1, dtype=np.float32)
        rows = np.multiply(distance, (height - 1) / reach, dtype=np.float32)
        if self.mode == "planet":
            rows = np.float32(height - 1) - rows
        return warp_from(frame, columns, rows, "reflect")

    def _unrolled(self, frame: Frame, start: np.float32, reach: np.float32) -> Frame:
        height, width = frame.shape[:2]
        column, row = middle(frame, self.x, self.y)
        around = np.linspace(0.0, 2.0 * pi, width, endpoint=False, dtype=np.float32) + start
        distance = np.linspace(reach, 0.0, height, dtype=np.float32)[:, None]
        columns = np.add(distance * np.cos(around), column, dtype=np.float32)
        rows = np.add(distance * np.sin(around), row, dtype=np.float32)
        return warp_from(frame, columns, rows, "reflect")
