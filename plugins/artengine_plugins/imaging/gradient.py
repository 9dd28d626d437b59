"""Gradients: colour scales to look up values in."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Frame
from artengine_plugins.imaging.colour import HexColour, parse_colours
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.oklab import from_oklab, to_oklab

Ends = Literal["hold", "mirror", "repeat"]
"""Beyond a gradient's ends: `hold` keeps the last colour, `mirror` runs back, `repeat` starts
again at the other end."""

_Table: TypeAlias = npt.NDArray[np.float32]

_STRIP = 1 << 15
"""Pixels looked up at once, so that they stay in the processor's cache."""

_STEPS = 240
"""Steps of a gradient, at most 256; its many divisors put the palettes' own colours on steps."""


def _scale(colours: tuple[HexColour, ...], closed: bool) -> _Table:
    """Return colours at the ends of even steps, `(_STEPS + 1, 3)`, interpolated in Oklab."""
    stops = to_oklab(parse_colours(colours))
    if closed:
        stops = np.concatenate([stops, stops[:1]])
    places = np.linspace(0.0, len(stops) - 1.0, _STEPS + 1)
    mixed = [np.interp(places, np.arange(len(stops)), stops[:, part]) for part in range(3)]
    return from_oklab(np.stack(mixed, axis=-1)).astype(np.float32)


def look_up(colours: tuple[HexColour, ...], places: Plane, ends: Ends) -> Frame:
    """Return the gradient's colour at each place.

    Args:
        colours: two or more, evenly spread over 0..1. With `repeat`, the last one blends into the
            first, so that there is no seam.
        places: positions in the gradient, float32 `(H, W)`: 0 is its first colour, 1 its last.
        ends: how the gradient continues beyond 0 and 1.

    Returns:
        float32 `(H, W, 3)` in 0..1.
    """
    differences, beginnings = _tables(colours, ends == "repeat")
    height, width = places.shape
    painted = np.empty((height, width, 3), np.float32)
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        strip = slice(top, top + rows)
        steps = _steps(places[strip], ends)
        lower = np.minimum(steps, np.float32(_STEPS - 1)).astype(np.uint8)
        steps -= lower
        parts = []
        for difference, beginning in zip(differences, beginnings, strict=True):
            part = cv2.LUT(lower, difference).astype(np.float32, copy=False)
            part *= steps
            part += cv2.LUT(lower, beginning)
            parts.append(part)
        cv2.merge(parts, painted[strip])
    return painted


def _steps(places: Plane, ends: Ends) -> Plane:
    """Convert places to steps of the gradient, from 0 to `_STEPS`."""
    steps = places.copy()
    if ends == "mirror":
        steps -= np.float32(2.0) * np.rint(places * np.float32(0.5))
        np.abs(steps, out=steps)
    elif ends == "repeat":
        steps -= np.floor(places)
    steps *= np.float32(_STEPS)
    np.clip(steps, np.float32(0.0), np.float32(_STEPS), out=steps)
    return steps


@lru_cache(maxsize=32)
def _tables(colours: tuple[HexColour, ...], closed: bool) -> tuple[_Table, _Table]:
    """Return slope and start of each step per channel, padded to OpenCV's 256 entries."""
    scale = _scale(colours, closed)
    room = (0, 256 - _STEPS), (0, 0)
    added, begun = np.pad(np.diff(scale, axis=0), room), np.pad(scale[:-1], room)
    return np.ascontiguousarray(added.T), np.ascontiguousarray(begun.T)
