"""Masks and fields: pictures of one number a pixel, computed for each frame from an expression.

A mask determines where an effect is visible. A field replaces one of its numbers, so that the
number varies from pixel to pixel. Both are written in the language of expressions, with further
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
