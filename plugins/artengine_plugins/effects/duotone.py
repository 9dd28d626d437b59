"""Duotone: two inks."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.colour import HexColour
from artengine_plugins.imaging.field import over
from artengine_plugins.imaging.gradient import look_up
from artengine_plugins.imaging.luma import luma


class Duotone(Effect):
    """The picture is printed in two inks, one for its darks and one for its lights.

    Between them the colours are mixed in Oklab (Ottosson, 2020).
    """

    name: ClassVar[str] = "duotone"
    uses_truth: ClassVar[bool] = False

    dark: HexColour = "#1b1464"
    """Colour of the blacks, as `"#rrggbb"`."""

    light: HexColour = "#ff5a36"
    """Colour of the whites, as `"#rrggbb"`."""

    contrast: float = Param(1.4, ge=0, le=8, field=True)
    """Contrast between the two: one even colour at 0, all shades at 1, two flat colours at 8."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Map the frame's luma to the inks."""
        shade = luma(frame)
        shade -= np.float32(0.5)
        shade *= over(self.contrast, shade)
        shade += np.float32(0.5)
        return look_up((self.dark, self.light), shade, "hold")
