"""Background colour of pictures."""

from __future__ import annotations

from artengine_plugins.imaging.colour import HexColour

Background = HexColour
"""A colour as `"#rrggbb"` of sRGB."""


def parse_background(colour: Background) -> tuple[int, int, int]:
    """Return red, green and blue, each 0..255."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
