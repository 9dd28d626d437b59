"""Masks and fields: pictures of one number a pixel, calculated for each frame from a text.

A mask says where an effect is seen. A field stands in place of one of its numbers, so that the
number is another one at each pixel. Both are written in the language of expressions, with further
names for pictures: `"luma > 0.6 and x < progress"`.
"""

from artengine.masks.driven import MaskSet
from artengine.masks.films import Film, FilmOf
from artengine.masks.mask import Mask
from artengine.masks.plane import Plane, Value
from artengine.masks.tables import MaskTables
from artengine.masks.view import Truth, View

__all__ = [
    "Film",
    "FilmOf",
    "Mask",
    "MaskSet",
    "MaskTables",
    "Plane",
    "Truth",
    "Value",
    "View",
]
