"""Gradients: a scale of colours to look values up in."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Frame
from artengine_plugins.imaging.colour import HexColour, parse_colours
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.oklab import from_oklab, to_oklab
from artengine_plugins.imaging.spread import spread

Ends = Literal["hold", "mirror", "repeat"]
"""Beyond a gradient's ends: `hold` keeps the end's colour, `mirror` runs back, `repeat` starts
again at the other end."""

_STEPS = 240
"""Steps of a gradient, at most 256; many divide it, so that palettes' own colours lie on steps."""


@lru_cache(maxsize=32)
def _scale(colours: tuple[HexColour, ...], closed: bool) -> npt.NDArray[np.float32]:
    """Colours at the ends of even steps, `(_STEPS + 1, 3)`, mixed in Oklab for even lightness."""
    stops = to_oklab(parse_colours(colours))
    if closed:
        stops = np.concatenate([stops, stops[:1]])
    places = np.linspace(0.0, len(stops) - 1.0, _STEPS + 1)
    mixed = [np.interp(places, np.arange(len(stops)), stops[:, part]) for part in range(3)]
    return from_oklab(np.stack(mixed, axis=-1)).astype(np.float32)


def look_up(colours: tuple[HexColour, ...], places: Plane, ends: Ends) -> Frame:
    """Return each place's colour in a gradient.

    Args:
        colours: two or more, evenly spread over 0..1. With `repeat`, the last one runs on into
            the first, so that there is no seam.
        places: float32 `(H, W)`; where in the gradient, 0 its first colour, 1 its last.
        ends: what lies beyond 0 and 1.

    Returns:
        float32 `(H, W, 3)` in 0..1.
    """
    scale = _scale(colours, ends == "repeat")
    if ends == "mirror":
        places = np.abs(places - np.float32(2.0) * np.rint(places * np.float32(0.5)))
    elif ends == "repeat":
        places = places - np.floor(places)
    steps = np.clip(places * np.float32(_STEPS), 0.0, _STEPS)
    lower = np.minimum(steps, _STEPS - 1).astype(np.uint8)
    steps -= lower
    step = cv2.merge([lower, lower, lower])
    mixed = cv2.LUT(step, _table(np.diff(scale, axis=0))).astype(np.float32, copy=False)
    mixed *= spread(steps)
    mixed += cv2.LUT(step, _table(scale[:-1]))
    return mixed


def _table(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Fill up to the 256 rows that OpenCV's tables have."""
    return np.pad(rows, ((0, 256 - len(rows)), (0, 0)))[None]
