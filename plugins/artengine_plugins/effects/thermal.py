"""Thermal: the picture of a heat camera."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.colour import HexColour
from artengine_plugins.imaging.gradient import look_up
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.spread import spread

_SCALES: dict[str, tuple[HexColour, ...]] = {
    "iron": ("#00000a", "#1e0a6e", "#7a0f9b", "#cf2f5f", "#f2761d", "#ffc933", "#fffbe6"),
    "rainbow": ("#10006b", "#0050d8", "#00b8b0", "#2fd136", "#f0e11c", "#f2711c", "#d4001a"),
    "arctic": ("#05051e", "#0b2c9a", "#2c93e0", "#8fd0ee", "#d8a23a", "#ffd84d", "#fff6d0"),
}


class Thermal(Effect):
    """Light counts as heat, and the picture becomes that of a heat camera: soft, in its colours."""

    name: ClassVar[str] = "thermal"
    uses_truth: ClassVar[bool] = False

    palette: Literal["iron", "rainbow", "arctic"] = "iron"
    """Colours of the camera: `iron` glows from blue over red to white, `rainbow` has every colour,
    `arctic` is blue with gold for hot places."""

    size: float = Param(0.01, ge=0.001, le=0.2)
    """How far heat spreads, as a share of the frame's shorter side: crisp at 0.001, vague clouds at
    0.2."""

    low: float = Param(0.05, ge=-1, le=0.9)
    """Light that counts as coldest: at -1 nothing is cold, at 0.9 nearly everything is."""

    high: float = Param(0.95, ge=0.1, le=2)
    """Light that counts as hottest: at 0.1 nearly everything is hot, at 2 nothing is."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Blur the light and colour it."""
        heat = gaussian_blur(spread(luma(frame)), self.size * shorter_side(frame))[..., 0]
        heat = np.ascontiguousarray(heat)
        heat -= np.float32(self.low)
        # Where the limits meet or cross, the scale becomes a hard edge.
        heat /= np.float32(max(self.high - self.low, 0.01))
        return look_up(_SCALES[self.palette], heat, "hold")
