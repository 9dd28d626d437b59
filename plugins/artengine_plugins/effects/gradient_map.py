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
    """Which of the palettes that ship; without effect once `colours` are given."""

    colours: tuple[HexColour, ...] = Param((), max_length=64)
    """A palette of your own, as `["#0a0613", "#d9c24a", "#ffffff"]`, darkest first: one colour
    paints all, 64 are the most."""

    amount: float = Param(1.0, ge=0, le=1, field=True)
    """How far the picture is recoloured: not at all at 0, a tint in between, wholly at 1."""

    offset: float = Param(0.0, ge=-1, le=1, field=True)
    """Shift of the gradient along the picture's light: at -1 all is darkest, at 1 lightest, unless
    `ends` go on."""

    cycle: float = Param(0.0, ge=-10, le=10)
    """Gradients that run through the picture a second, towards its dark above 0: still at 0, a
    strobe at -10 and 10. Made for the `ends` that go on."""

    ends: Ends = "mirror"
    """What values beyond 0..1 become: `hold` the palette's last colour, `mirror` the palette run
    backwards, `repeat` the palette from its other end."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Recolour the frame."""
        offset = self.offset + self.advance(self.cycle, now)
        # Two gradients on, a mirrored or repeated one is where it was.
        offset = offset if self.ends == "hold" else offset % 2.0
        places = luma(frame)
        places += over(offset, places)
        painted = look_up(self.colours or PALETTES[self.palette], places, self.ends)
        return mix(frame, painted, self.amount, own=True)
