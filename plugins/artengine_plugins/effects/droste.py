"""Droste: the picture holds itself."""

from __future__ import annotations

from math import log, pi, radians
from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.places import middle, offsets
from artengine_plugins.imaging.warp import warp_from


class Droste(PhasedEffect):
    """The picture holds a smaller copy of itself, and so on without end, straight or as a spiral.

    The map of Escher's "Print gallery": in the logarithm of the complex plane a ring of the picture
    is repeated along one axis and turned (de Smit and Lenstra, "The mathematical structure of
    Escher's Print gallery", 2003).
    """

    name: ClassVar[str] = "droste"
    uses_truth: ClassVar[bool] = False

    factor: float = Param(3.0, ge=1.1, le=16)
    """How many times smaller each copy is than the one around it: thin rings at 1.1, at 16 only one
    or two are seen."""

    arms: int = Param(1, ge=-6, le=6)
    """Arms of the spiral: concentric rings at 0, six clockwise arms at 6, six anticlockwise ones
    at -6."""

    speed: float = Param(0.25, ge=-8, le=8)
    """Copies a second that the view falls through: it stands at 0, falls fast at 8 and backs away
    as fast at -8."""

    angle: float = Param(0.0, ge=-180, le=180, unit="degrees")
    """Rotation of the whole, clockwise: none at 0, half a turn at -180 and 180."""

    x: float = Param(0.5, ge=0, le=1)
    """Horizontal position of the centre: the left edge at 0, the right edge at 1."""

    y: float = Param(0.5, ge=0, le=1)
    """Vertical position of the centre: the top at 0, the bottom at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Take each pixel from its position in the ring."""
        height, width = frame.shape[:2]
        outer = np.float32(max(1.0, min(height, width) / 2.0))
        period = np.float32(log(self.factor))
        right, down = np.broadcast_arrays(*offsets(frame, self.x, self.y))
        distance, around = cv2.cartToPolar(np.ascontiguousarray(right), np.ascontiguousarray(down))
        depth = np.log(np.maximum(distance, np.float32(0.25)) / outer).astype(np.float32)
        # Use -pi to pi, so that the seam lies at the same side for every spiral.
        around -= np.float32(2.0 * pi) * (around > np.float32(pi))
        turn = np.float32(self.arms * log(self.factor) / (2.0 * pi))
        ring = depth + turn * around
        ring -= np.float32(self.advance(self.speed, now) % 1.0) * period
        around = around - turn * depth + np.float32(radians(self.angle))
        ring -= period * np.ceil(ring / period)
        columns, rows = cv2.polarToCart(
            (np.exp(ring) * outer).astype(np.float32), around.astype(np.float32)
        )
        column, row = middle(frame, self.x, self.y)
        return warp_from(
            frame,
            np.add(columns, column, dtype=np.float32),
            np.add(rows, row, dtype=np.float32),
            "reflect",
        )
