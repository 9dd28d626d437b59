"""How a picture of one shape fills a frame of another."""

from __future__ import annotations

from typing import Literal

from artengine.api import Size

Fit = Literal["stretch", "crop", "pad"]
"""`stretch` distorts the picture to the new shape, `crop` fills the frame and cuts off the rest,
`pad` shows the whole picture between bars."""


def kept(size: Size, target: Size) -> Size:
    """Return the largest width and height in `size` with the shape of `target`, at least 1x1."""
    (width, height), (wanted_width, wanted_height) = size, target
    if width * wanted_height > height * wanted_width:
        return max(1, round(height * wanted_width / wanted_height)), height
    return width, max(1, round(width * wanted_height / wanted_width))


def shown(size: Size, target: Size) -> Size:
    """Return the width and height at which a picture of `size` fits in `target`, at least 1x1."""
    return kept(target, size)
