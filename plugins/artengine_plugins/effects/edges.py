"""Edges: only outlines are left."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.field import over
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.spread import spread
from artengine_plugins.imaging.steepness import steepness

_LIMIT = 64.0
"""Values are limited to this, so that gradients stay finite."""


class Edges(Effect):
    """Only outlines are left: as neon on black, as ink on paper, or drawn over the picture.

    Edges are found by the gradient of the Scharr operator (Scharr, 2000).
    """

    name: ClassVar[str] = "edges"
    uses_truth: ClassVar[bool] = False

    mode: Literal["neon", "ink", "outline"] = "neon"
    """`neon`: edges glow in their own colours on black; `ink`: dark lines on white; `outline`: dark
    lines over the picture."""

    amount: float = Param(4.0, ge=0, le=20, field=True)
    """How strong the lines are: none at 0, clear at 4; at 20 every grain becomes a line."""

    size: float = Param(0.003, ge=0.0005, le=0.1)
    """Size of the details that get an outline, as a share of the frame's shorter side: every hair
    at 0.0005, only large shapes at 0.1."""

    threshold: float = Param(0.03, ge=0, le=1)
    """Gradient below which no line is drawn: all edges count at 0, none at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Draw the edges."""
        sigma = self.size * shorter_side(frame)
        seen = frame if self.mode == "neon" else spread(luma(frame))
        soft = gaussian_blur(np.clip(seen, -_LIMIT, _LIMIT), sigma)
        if self.mode != "neon":
            soft = np.ascontiguousarray(soft[..., 0])
        # Blurring an edge makes it flatter in proportion to its width.
        lines = steepness(soft)
        lines *= np.float32(2.0 * max(1.0, sigma))
        lines -= np.float32(self.threshold)
        np.maximum(lines, np.float32(0.0), out=lines)
        lines *= over(self.amount, lines)
        if self.mode == "neon":
            return np.minimum(lines, np.float32(1.5))
        paper = np.float32(1.0) - np.minimum(lines, np.float32(1.0))
        if self.mode == "ink":
            return spread(paper)
        outlined = spread(paper)
        outlined *= frame
        return outlined
