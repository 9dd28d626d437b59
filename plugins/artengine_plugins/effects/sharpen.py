"""Sharpen: edges stand out, and in feedback grow into patterns."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.field import over


class Sharpen(Effect):
    """Edges stand out, and in a feedback chain grow into ripples, scales and mazes.

    Unsharp masking: the difference to a blurred copy is added.
    """

    name: ClassVar[str] = "sharpen"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(1.0, ge=0, le=8, field=True)
    """How much of the detail is added: nothing at 0, crisp at 1, engraved at 8."""

    radius: float = Param(2.5, ge=0.3, le=64, unit="pixels")
    """Size of the detail: hairlines at 0.3, whole objects at 64. In feedback it sets the width of
    the ripples that grow."""

    limit: float = Param(0.15, ge=0, le=4, field=True)
    """Largest change of a value in one frame: none at 0; at 4 an edge may overshoot freely, and
    explodes in feedback."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Add the detail."""
        detail = gaussian_blur(frame, self.radius)
        np.subtract(frame, detail, out=detail)
        detail *= over(self.amount, detail)
        limit = over(self.limit, detail)
        np.clip(detail, -limit, limit, out=detail)
        detail += frame
        return detail
