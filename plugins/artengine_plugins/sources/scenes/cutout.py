"""Cutouts: things that are drawn once and laid on a canvas many times."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from artengine.api import Size

from .canvas import Canvas, times
from .light import Colour, Plane
from .planes import brighten, dim, enlarged, weighted

_FINEST = 1024
"""Largest number of pixels per unit for drawing a backdrop; larger canvases enlarge it."""


def cut_out(paint: Callable[[Canvas], None], size: Size, unit: float) -> Plane:
    """Return the drawing of `paint` as light and cover `(h, w, 4)`; the light is premultiplied."""
    canvas = _painted(paint, size, unit)
    return np.dstack((canvas.light, 1 - canvas.through))


def _painted(paint: Callable[[Canvas], None], size: Size, unit: float) -> Canvas:
    canvas = Canvas(size, unit, clear=True)
    paint(canvas)
    return canvas


@dataclass(frozen=True, slots=True)
class _Level:
    """A cutout at one size, cropped to its visible part.

    Args:
        picture: light and cover `(h, w, 4)`.
        left: position of its first column in the whole cutout, in the cutout's pixels.
        top: position of its first row likewise.
        across: width of one of its pixels in the cutout's pixels.
        down: height of one of its pixels likewise.
    """

    picture: Plane
    left: float
    top: float
    across: float
    down: float

    @classmethod
    def of(cls, picture: Plane, width: int, height: int) -> _Level:
        """Crop a picture of a cutout of a width and height to its visible part."""
        across, down = width / picture.shape[1], height / picture.shape[0]
        there = picture[..., 3] != 0
        rows, columns = (np.flatnonzero(there.any(axis=axis)) for axis in (1, 0))
        if not rows.size:
            return cls(picture[:1, :1].copy(), 0.0, 0.0, across, down)
        # Keep an empty pixel all around, for interpolation.
        top, left = max(0, int(rows[0]) - 1), max(0, int(columns[0]) - 1)
        seen = picture[top : int(rows[-1]) + 2, left : int(columns[-1]) + 2]
        return cls(np.ascontiguousarray(seen), left * across, top * down, across, down)


class Sprite:
    """A cutout that can be drawn at any position, size and rotation.

    Args:
        picture: light and cover `(h, w, 4)`.
        unit: its pixels per metre.
        anchor: the pixel, as x and y, that is placed at the position; the centre if left out.
    """

    def __init__(
        self, picture: Plane, unit: float, anchor: tuple[float, float] | None = None
    ) -> None:
        self._unit = unit
        height, width = picture.shape[:2]
        self._anchor = anchor or (width / 2, height / 2)
        self._levels = [_Level.of(picture, width, height)]
        while min(picture.shape[:2]) > 3:
            rows, columns = picture.shape[:2]
            half = (math.ceil(columns / 2), math.ceil(rows / 2))
            picture = cv2.resize(picture, half, interpolation=cv2.INTER_AREA)
            self._levels.append(_Level.of(picture, width, height))

    def draw(
        self,
        canvas: Canvas,
        x: float,
        y: float,
        scale: float,
        *,
        flip: bool = False,
        upset: bool = False,
        turn: float = 0.0,
        fade: float = 1.0,
        lit: Colour = (1.0, 1.0, 1.0),
        veil: Plane | None = None,
    ) -> None:
        """Draw the cutout.

        Args:
            canvas: the canvas to draw on.
            x: horizontal position of its anchor, in the canvas's units.
            y: vertical position likewise.
            scale: units per metre.
            flip: whether to mirror it horizontally.
            upset: whether to mirror it vertically, as in water.
            turn: rotation to the right in radians.
            fade: opacity, 0..1.
            lit: factor for its light.
            veil: light and cover `(H, W, 4)` to draw on instead of the canvas's light.
        """
        ratio = scale * canvas.unit / self._unit
        if ratio <= 0 or fade <= 0:
            return
        level = min(max(0, math.floor(-math.log2(ratio) + 0.3)), len(self._levels) - 1)
        seen = self._levels[level]
        rows, columns = seen.picture.shape[:2]
        cos, sin = ratio * math.cos(turn), ratio * math.sin(turn)
        side, up = (-1 if flip else 1), (-1 if upset else 1)
        a, b, c, d = cos * side, -sin * up, sin * side, cos * up
        anchor_x, anchor_y = self._anchor
        # Position of the corner of its first pixel, and of the other corners from there.
        corner_x, corner_y = seen.left - anchor_x, seen.top - anchor_y
        first_x = x * canvas.unit + canvas.width / 2 + a * corner_x + b * corner_y
        first_y = y * canvas.unit + canvas.height / 2 + c * corner_x + d * corner_y
        a, c = a * seen.across, c * seen.across
        b, d = b * seen.down, d * seen.down
        wide_x, wide_y, high_x, high_y = a * columns, c * columns, b * rows, d * rows
        x0 = max(0, math.floor(first_x + min(0.0, wide_x) + min(0.0, high_x)))
        x1 = min(canvas.width, math.ceil(first_x + max(0.0, wide_x) + max(0.0, high_x)))
        y0 = max(0, math.floor(first_y + min(0.0, wide_y) + min(0.0, high_y)))
        y1 = min(canvas.height, math.ceil(first_y + max(0.0, wide_y) + max(0.0, high_y)))
        if x0 >= x1 or y0 >= y1:
            return
        # OpenCV counts from the centre of the first pixel; positions here count from its corner.
        matrix = np.array(
            (
                (a, b, first_x - x0 - 0.5 + 0.5 * (a + b)),
                (c, d, first_y - y0 - 0.5 + 0.5 * (c + d)),
            )
        )
        laid = cv2.warpAffine(
            seen.picture, matrix, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR
        ).reshape(y1 - y0, x1 - x0, 4)
        lay((canvas.light if veil is None else veil)[y0:y1, x0:x1], laid, fade, lit)


class Backdrop:
    """A cutout as wide as the world, which repeats when the camera has passed it.

    Args:
        paint: draws it on a separate canvas, with the ground at the bottom; what crosses one side
            should reappear at the other.
        canvas: the canvas to draw on later.
        width: width of the world, in units.
        height: height of the world, in units.
    """

    def __init__(
        self, paint: Callable[[Canvas], None], canvas: Canvas, width: float, height: float
    ) -> None:
        self._canvas = canvas
        self._unit = unit = min(canvas.unit, _FINEST)
        self._columns = max(1, round(width * unit))
        self._rows = max(1, round(height * unit))
        painted = _painted(paint, (self._columns, self._rows), unit)
        # Append the beginning at the end, so that the visible part is always one piece.
        share = unit / canvas.unit
        self._seen = math.ceil(canvas.width * share)
        self._seen_rows = math.ceil(canvas.height * share)
        beyond = self._seen + 1
        self._light: Plane = cv2.copyMakeBorder(painted.light, 0, 0, 0, beyond, cv2.BORDER_WRAP)
        self._keep: Plane = cv2.copyMakeBorder(painted.through, 0, 0, 0, beyond, cv2.BORDER_WRAP)

    def draw(self, gone: float, foot: float, lit: float = 1.0) -> None:
        """Draw the backdrop on the canvas.

        Args:
            gone: distance that the camera has moved along it, in units.
            foot: vertical position of its ground, in units from the canvas's centre.
            lit: factor for its light.
        """
        canvas, unit = self._canvas, self._unit
        whole = math.floor(gone * unit)
        part, first = gone * unit - whole, whole % self._columns
        bottom = round((foot + canvas.bottom) * unit)
        top = bottom - self._rows
        low, high = max(top, 0), min(bottom, self._seen_rows)
        if low >= high:
            return
        y0, y1 = low, high
        if unit != canvas.unit:
            y0, y1 = (min(canvas.height, round(y * canvas.unit / unit)) for y in (low, high))
            if y0 >= y1:
                return
        cut = slice(low - top, high - top)
        window = canvas.light[y0:y1]
        keep = self._slid(self._keep[cut], first, part, y1 - y0)
        dim(window, keep)
        brighten(window, self._slid(self._light[cut], first, part, y1 - y0, lit))

    def _slid(self, plane: Plane, first: int, part: float, rows: int, lit: float = 1.0) -> Plane:
        """Return the visible part of a plane from a fractional column on, times `lit`."""
        left = plane[:, first : first + self._seen]
        right = plane[:, first + 1 : first + 1 + self._seen]
        seen = weighted(left, (1 - part) * lit, right, part * lit)
        if self._unit == self._canvas.unit:
            return seen
        return enlarged(seen, (self._canvas.width, rows))


def lay(window: Plane, laid: Plane, fade: float = 1.0, lit: Colour = (1.0, 1.0, 1.0)) -> None:
    """Composite light and cover `(h, w, 4)` over a window, light `(h, w, 3)` or light and cover."""
    keep: Plane = cv2.extractChannel(laid, 3)
    keep *= np.float32(-fade)
    keep += np.float32(1)
    if fade != 1.0 or lit != (1.0, 1.0, 1.0):
        rows, columns = laid.shape[:2]
        lights = np.array((*times(lit, fade), fade), np.float32)
        laid = (laid.reshape(rows, -1) * np.tile(lights, columns)).reshape(laid.shape)
    dim(window, keep)
    brighten(window, laid if window.shape[2] == 4 else cv2.cvtColor(laid, cv2.COLOR_BGRA2BGR))
