"""Quantise: reduce the picture to the colours of a palette."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.bayer import bayer
from artengine_plugins.imaging.colour import HexColour, parse_colours
from artengine_plugins.imaging.mix import mix
from artengine_plugins.imaging.oklab import to_oklab
from artengine_plugins.imaging.palettes import PALETTES, PackagedPalette

_BITS = 5
"""Bits per channel of the table of nearest colours."""

_STRIP = 1 << 15
"""Pixels processed at once, so that they stay in the processor's cache."""

_THRESHOLDS = bayer(3)


@lru_cache(maxsize=16)
def _nearest(colours: tuple[HexColour, ...]) -> npt.NDArray[np.float32]:
    """Return the palette colour nearest to each of 2**15 colours, `(2**15, 3)`."""
    values = np.arange(2**_BITS) / (2**_BITS - 1)
    cube = np.stack(np.meshgrid(values, values, values, indexing="ij"), axis=-1).reshape(-1, 3)
    given, palette = to_oklab(cube), parse_colours(colours)
    distances = [np.sum((given - colour) ** 2, axis=1) for colour in to_oklab(palette)]
    nearest: npt.NDArray[np.float32] = palette[np.argmin(distances, axis=0)]
    return nearest


class Quantise(Effect):
    """Only a handful of colours is left, as in a screen print or on an old home computer.

    Each pixel takes the palette's colour that is nearest in Oklab (Ottosson, 2020).
    """

    name: ClassVar[str] = "quantise"
    uses_truth: ClassVar[bool] = False

    palette: PackagedPalette = "dusk"
    """One of the built-in palettes; ignored when `colours` are given."""

    colours: tuple[HexColour, ...] = Param((), max_length=64)
    """Your own palette, as `["#000000", "#d9c24a", "#ffffff"]`: one colour paints everything; at
    most 64."""

    dither: float = Param(0.5, ge=0, le=1)
    """Strength of the dither pattern, which stands in for the colours in between: flat areas with
    hard borders at 0, a weave everywhere at 1."""

    amount: float = Param(1.0, ge=0, le=1, field=True)
    """How much of the quantised picture is taken: none at 0, all of it at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Give each pixel its nearest colour."""
        height, width = frame.shape[:2]
        reached = np.float32(2**_BITS - 1)
        pattern = np.zeros((height, width), np.float32)
        if self.dither:
            # As wide as the step between neighbouring colours in a palette of six.
            spread = self.dither * float(reached) / 3.0
            side = len(_THRESHOLDS)
            tile = _THRESHOLDS * np.float32(spread)
            pattern = np.tile(tile, (-(-height // side), -(-width // side)))[:height, :width]
        colours = _nearest(self.colours or PALETTES[self.palette])
        nearest = np.empty(frame.shape, np.float32)
        rows = max(1, _STRIP // width)
        for top in range(0, height, rows):
            strip = slice(top, top + rows)
            place = np.zeros(pattern[strip].shape, np.intp)
            for channel in cv2.split(frame[strip]):
                steps = np.multiply(channel, reached, dtype=np.float32)
                steps += pattern[strip]
                steps += np.float32(0.5)
                np.clip(steps, np.float32(0.0), reached, out=steps)
                place <<= _BITS
                place |= steps.astype(np.uint8)
            colours.take(place, axis=0, out=nearest[strip], mode="clip")
        return mix(frame, nearest, self.amount, own=True)
