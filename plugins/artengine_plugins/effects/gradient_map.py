"""Gradient map: light and dark become colours of a palette."""

from __future__ import annotations

from typing import ClassVar

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.colour import HexColour
from artengine_plugins.imaging.field import over
from artengine_plugins.imaging.gradient import Ends, look_up
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.mix import mix
from artengine_plugins.imaging.palettes import PALETTES, PackagedPalette
from artengine_plugins.imaging.phase import PhasedEffect


class GradientMap(PhasedEffect):
    """The picture is printed in the colours of one palette, from its darkest to its lightest.

    Each pixel's luma is looked up in a gradient through the palette's colours, mixed in Oklab
    (Ottosson, 2020) so that no muddy tones lie between them.
    """

    name: ClassVar[str] = "gradient-map"
    uses_truth: ClassVar[bool] = False

    palette: PackagedPalette = "petrol"
    """One of the built-in palettes; ignored when `colours` are given."""

    colours: tuple[HexColour, ...] = Param((), max_length=64)
    """Your own palette, as `["#0a0613", "#d9c24a", "#ffffff"]`, darkest first: one colour paints
    everything; at most 64."""

    amount: float = Param(1.0, ge=0, le=1, field=True)
    """How far the picture is recoloured: not at all at 0, a tint in between, completely at 1."""

    offset: float = Param(0.0, ge=-1, le=1, field=True)
    """Shift of the gradient along the picture's light: at -1 everything takes the darkest colour,
    at 1 the lightest, unless `ends` continues the palette."""

    cycle: float = Param(0.0, ge=-10, le=10)
    """Gradients a second that run through the picture, towards its darks above 0: still at 0, a
    strobe at -10 and 10. Best with `ends` that continue the palette."""

    ends: Ends = "mirror"
    """How the palette continues beyond 0..1: `hold` repeats its last colour, `mirror` runs it
    backwards, `repeat` starts it again."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Recolour the frame."""
        offset = self.offset + self.advance(self.cycle, now)
        # A mirrored or repeated gradient has a period of two or less.
        offset = offset if self.ends == "hold" else offset % 2.0
        places = luma(frame)
        places += over(offset, places)
        painted = look_up(self.colours or PALETTES[self.palette], places, self.ends)
        return mix(frame, painted, self.amount, own=True)
