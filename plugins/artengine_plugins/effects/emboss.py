"""Emboss: a relief lit from one side."""

from __future__ import annotations

from math import cos, radians, sin
from typing import ClassVar, Literal

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.field import over
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.spread import spread


class Emboss(Effect):
    """The picture becomes a relief lit from one side, of grey metal or in its own colours."""

    name: ClassVar[str] = "emboss"
    uses_truth: ClassVar[bool] = False

    mode: Literal["metal", "colour"] = "metal"
    """`metal`: a grey relief; `colour`: the picture itself, raised."""

    amount: float = Param(2.0, ge=-10, le=10, field=True)
    """How deep it is: flat at 0, chiselled at 10; below 0, down to -10, sunk instead of raised."""

    size: float = Param(0.004, ge=0.001, le=0.1)
    """Width of a slope as a share of the frame's shorter side: hairlines at 0.001, broad
    shadows at 0.1."""

    angle: float = Param(-135.0, ge=-180, le=180, unit="degrees")
    """Direction that the light comes from: the right at 0, below at 90, the left at -180 and
    180."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Light every slope."""
        light, reach = luma(frame), max(0.5, self.size * shorter_side(frame))
        x, y = reach * cos(radians(self.angle)), reach * sin(radians(self.angle))
        lit, shaded = (
            cv2.warpAffine(
                light,
                np.array([[1.0, 0.0, way * x], [0.0, 1.0, way * y]]),
                size_of(frame),
                flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            ).astype(np.float32, copy=False)
            for way in (1.0, -1.0)
        )
        # A slope that gets darker towards the light faces it.
        lit -= shaded
        lit *= over(self.amount, lit)
        if self.mode == "metal":
            lit += np.float32(0.5)
            return spread(lit)
        raised = spread(lit)
        raised += frame
        return raised
