"""CRT: the glass of a picture tube."""

from __future__ import annotations

from math import pi
from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.places import offsets, shorter_side
from artengine_plugins.imaging.spread import spread


class Crt(Effect):
    """A picture tube from up close: curved glass, scan lines, stripes of red, green and blue."""

    name: ClassVar[str] = "crt"
    uses_truth: ClassVar[bool] = False

    curve: float = Param(0.12, ge=0, le=1)
    """How curved the glass is: flat at 0, a ball at 1."""

    lines: int = Param(180, ge=8, le=2160)
    """Scan lines from top to bottom: bars at 8; at 2160 finer than most frames can show."""

    depth: float = Param(0.5, ge=0, le=1)
    """How dark the gaps between the lines are: as bright as the lines at 0, black at 1."""

    stripes: float = Param(0.4, ge=0, le=1)
    """How strong the stripes of red, green and blue are: invisible at 0; at 1 nothing else is
    seen."""

    glow: float = Param(0.4, ge=0, le=4)
    """How strongly lights glow in the glass: not at all at 0, into a haze at 4."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Show the frame on the tube."""
        columns, rows, inside = self._glass(frame)
        seen = cv2.remap(
            frame, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.float32, copy=False)
        height, width = frame.shape[:2]
        # The lines are drawn in the coordinates of the glass, so they curve with the picture.
        count = min(float(self.lines), height / 2.0)
        beam = np.cos(rows * np.float32(2.0 * pi * count / max(height, 1)))
        beam *= np.float32(-0.5 * self.depth)
        beam += np.float32(1.0 - 0.5 * self.depth)
        beam *= inside
        lit = seen * spread(beam.astype(np.float32, copy=False))
        lit *= self._mask(width)
        # Raise the brightness by what lines and stripes take away.
        lit *= np.float32(1.0 / ((1.0 - 0.4 * self.depth) * (1.0 - 0.55 * self.stripes)))
        if self.glow:
            halo = gaussian_blur(seen, 0.02 * shorter_side(frame) + 1.0)
            halo *= spread(inside)
            halo *= np.float32(0.35 * self.glow)
            room = np.maximum(np.float32(1.0) - lit, np.float32(0.0))
            lit += halo * np.minimum(room, np.float32(1.0))
        return lit

    def _glass(self, frame: Frame) -> tuple[Plane, Plane, Plane]:
        """Return each pixel's source column and row, and 0..1 inside the glass, `(H, W)` each."""
        width, height = size_of(frame)
        right, down = offsets(frame, 0.5, 0.5)
        right, down = (
            right / np.float32(max(1.0, width / 2)),
            down / np.float32(max(1.0, height / 2)),
        )
        bend = np.float32(0.35 * self.curve)
        across = right * (np.float32(1.0) + bend * down * down)
        below = down * (np.float32(1.0) + bend * right * right)
        edge = np.float32(max(4.0, shorter_side(frame) * 0.04) / shorter_side(frame))
        far = np.maximum(np.abs(across), np.abs(below))
        inside = np.clip((np.float32(1.0) + edge - far) / edge, 0.0, 1.0)
        columns = across * np.float32(width / 2) + np.float32((width - 1) / 2)
        rows = below * np.float32(height / 2) + np.float32((height - 1) / 2)
        return (
            columns.astype(np.float32, copy=False),
            rows.astype(np.float32, copy=False),
            inside.astype(np.float32, copy=False) if self.curve else np.ones_like(far),
        )

    def _mask(self, width: int) -> Frame:
        """Return the share of red, green and blue that each column shows, `(1, W, 3)`."""
        passed = np.full((width, 3), 1.0 - self.stripes, np.float32)
        columns = np.arange(width)
        passed[columns, columns % 3] = 1.0
        return passed[None]
