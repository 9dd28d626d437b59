"""Lens: the picture bulges or caves in."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.border import Border
from artengine_plugins.imaging.field import over
from artengine_plugins.imaging.places import middle, offsets, shorter_side
from artengine_plugins.imaging.warp import warp_from


class Lens(Effect):
    """The picture bulges as in a fisheye or a door viewer, or caves in as in a cheap tele lens.

    The first term of the usual polynomial of radial distortion (Brown, "Decentering distortion of
    lenses", 1966), scaled so that the circle of radius `size` stays in place.
    """

    name: ClassVar[str] = "lens"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(0.5, ge=-0.75, le=4, field=True)
    """Strength: none at 0; above 0 the centre is enlarged, five times at 4; below 0 it shrinks, to
    a quarter at -0.75."""

    size: float = Param(0.5, ge=0.05, le=2)
    """Radius of the circle that stays in place, as a share of the frame's shorter side: a drop at
    0.05, the whole picture from corner to corner at 2."""

    x: float = Param(0.5, ge=0, le=1)
    """Horizontal position of the centre: the left edge at 0, the right edge at 1."""

    y: float = Param(0.5, ge=0, le=1)
    """Vertical position of the centre: the top at 0, the bottom at 1."""

    border: Border = "reflect"
    """How the area beyond the edges is filled: `reflect` mirrors the picture, `wrap` continues with
    its opposite side, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Take each pixel from nearer to the centre, or from further away."""
        right, down = offsets(frame, self.x, self.y)
        reach = np.float32(max(1.0, self.size * shorter_side(frame)))
        share = (right**2 + down**2) / (reach * reach)
        # Limit the distortion to the circle: a small drop would otherwise fold the rest.
        np.minimum(share, np.float32(1.0), out=share)
        share *= over(self.amount, share)
        share += np.float32(1.0)
        share /= over(1.0 + self.amount, share)
        column, row = middle(frame, self.x, self.y)
        columns = np.add(right * share, column, dtype=np.float32)
        rows = np.add(down * share, row, dtype=np.float32)
        return warp_from(frame, columns, rows, self.border)
