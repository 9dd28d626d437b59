"""Canvas: linear light with anti-aliased shapes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np

from artengine.api import Size

from .light import Colour, Plane
from .lights import Lights
from .planes import brighten, dim

Segment: TypeAlias = tuple[float, float, float, float, float]
"""A line: x and y of one end, x and y of the other, and its width."""


_ONE = np.float32(1)


class Canvas:
    """Float32 `(H, W, 3)` of linear light with shapes placed to a fraction of a pixel.

    Coordinates are in units of the geometric mean of width and height, from the centre of the
    picture, x to the right and y down, so that a scene looks the same at every size. A shape covers
    each pixel by the share that it fills, so that thin things fade instead of flickering.

    Small lights are collected and added together, which takes a fifth of the time. They are added
    at the latest when `light` is read or something is drawn over one of them.

    Args:
        size: width and height in pixels.
        unit: pixels per unit, if it does not follow from the size.
        clear: whether to record in `through` how much of the background is visible.
    """

    def __init__(self, size: Size, unit: float | None = None, *, clear: bool = False) -> None:
        self.width, self.height = size
        self.unit = unit or math.sqrt(self.width * self.height)
        self._light: Plane = np.zeros((self.height, self.width, 3), np.float32)
        self._flat = self._light.reshape(self.height, 3 * self.width)
        self._lights = Lights(self._light)
        self._clear = clear
        self.through: Plane = np.ones((self.height, self.width) if clear else (0, 0), np.float32)
        """`(H, W)`: 1 where nothing is covered, 0 where all is; empty without `clear`."""
        self._middle = np.array((128.0 * self.width, 128.0 * self.height))
        self.x: Plane = _centres(self.width, self.unit)
        self.y: Plane = _centres(self.height, self.unit)
        self._columns = np.arange(self.width, dtype=np.float32) + np.float32(0.5)
        self._rows = np.arange(self.height, dtype=np.float32) + np.float32(0.5)
        self.right, self.bottom = 0.5 * self.width / self.unit, 0.5 * self.height / self.unit

    @property
    def light(self) -> Plane:
        """The light `(H, W, 3)` so far, for reading or writing."""
        self._lights.shine()
        return self._light

    @light.setter
    def light(self, light: Plane) -> None:
        # `canvas.light += more` assigns the same array again.
        if light is not self._light:
            self._lights.forget()
            self._light[:] = light

    def fill(self, soft: Plane, interpolation: int = cv2.INTER_LINEAR) -> None:
        """Cover everything with a small picture `(h, w, 3)`, enlarged."""
        self._lights.forget()
        size = (self.width, self.height)
        cv2.resize(soft, size, dst=self._light, interpolation=interpolation)

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: Colour, alpha: float = 1
    ) -> None:
        """Cover an axis-aligned rectangle."""
        unit, width, height = self.unit, self.width, self.height
        x_a, x_b = left * unit + 0.5 * width, right * unit + 0.5 * width
        y_a, y_b = top * unit + 0.5 * height, bottom * unit + 0.5 * height
        x0, x1 = max(0, math.floor(x_a)), min(width, math.ceil(x_b))
        y0, y1 = max(0, math.floor(y_a)), min(height, math.ceil(y_b))
        if x0 >= x1 or y0 >= y1:
            return
        self._lights.settle(y0, y1, x0, x1)
        across, down = np.ones(x1 - x0, np.float32), np.full((y1 - y0, 1), alpha, np.float32)
        # The first and the last column may be the same.
        across[0] -= max(0.0, x_a - x0)
        across[-1] -= max(0.0, x1 - x_b)
        down[0, 0] -= alpha * max(0.0, y_a - y0)
        down[-1, 0] -= alpha * max(0.0, y1 - y_b)
        window = self._flat[y0:y1, 3 * x0 : 3 * x1]
        cover = down * across.repeat(3)
        np.subtract(_ONE, cover, out=cover)
        cv2.multiply(window, cover, dst=window)
        if self._clear:
            self.through[y0:y1, x0:x1] *= cover[:, ::3]
        coloured = across[:, None] * np.array(colour, np.float32)
        brighten(window, np.multiply(down, coloured.ravel(), out=cover))

    def segment(
        self, xa: float, ya: float, xb: float, yb: float, width: float, colour: Colour
    ) -> None:
        """Cover a line with round ends."""
        self.segments([(xa, ya, xb, yb, width)], colour)

    def segments(self, lines: Sequence[Segment], colour: Colour) -> None:
        """Cover lines with round ends, in the given order, faster than one by one."""
        u, middle_x, middle_y = self.unit, 0.5 * self.width, 0.5 * self.height
        placed, x0, x1, y0, y1 = [], self.width, 0, self.height, 0
        for xa, ya, xb, yb, width in lines:
            x, y, dx, dy = xa * u + middle_x, ya * u + middle_y, (xb - xa) * u, (yb - ya) * u
            half = max(0.5 * width * u, 0.5)
            long = math.hypot(dx, dy)
            cos, sin = (dx / long, dy / long) if long > 1e-4 else (1.0, 0.0)
            placed.append((x, y, cos, sin, long, half + 0.5, min(1.0, width * u)))
            x0 = min(x0, math.floor(min(x, x + dx) - half - 1))
            x1 = max(x1, math.ceil(max(x, x + dx) + half + 1))
            y0 = min(y0, math.floor(min(y, y + dy) - half - 1))
            y1 = max(y1, math.ceil(max(y, y + dy) + half + 1))
        x0, x1, y0, y1 = max(0, x0), min(self.width, x1), max(0, y0), min(self.height, y1)
        if x0 >= x1 or y0 >= y1:
            return
        numbers: Plane | tuple[float, ...] = placed[0]
        if len(placed) > 1:
            numbers = np.array(placed, np.float32).T[:, :, None, None]
        start_x, start_y, cosine, sine, length, reach, alpha = numbers
        px = self._columns[x0:x1] - start_x
        py = self._rows[y0:y1, None] - start_y
        # Distance of each pixel from the line: to its side, before its start or beyond its end.
        past = px * cosine + py * sine
        past -= np.minimum(np.maximum(past, 0), length)
        past *= past
        away = px * sine - py * cosine
        away *= away
        away += past
        np.sqrt(away, out=away)
        np.subtract(reach, away, out=away)
        np.maximum(away, 0, out=away)
        np.minimum(away, 1, out=away)
        away *= alpha
        if len(placed) == 1:
            self.blend(y0, y1, x0, x1, away, colour)
            return
        np.subtract(_ONE, away, out=away)
        self.blend(y0, y1, x0, x1, 1 - away.prod(axis=0), colour)

    def shape(
        self, points: Sequence[tuple[float, float]] | Plane, colour: Colour, alpha: float = 1
    ) -> None:
        """Cover a polygon `(n, 2)` of x and y."""
        window = self._polygon(np.asarray(points, np.float64))
        if window is not None:
            y0, y1, x0, x1, cover = window
            self.blend(y0, y1, x0, x1, cover * np.float32(alpha / 255), colour)

    def strokes(self, lines: Sequence[Plane] | Plane, width: float, colour: Colour) -> None:
        """Add the light of curves, each `(n, 2)` of x and y; crossings are not brighter."""
        # OpenCV's anti-aliased lines have widths of 1.33, 3.36, 5.39 ... pixels for thickness
        # 1, 2, 3, 5, 7 ...: draw the nearest, with the brightness scaled to the true width.
        step = max(0, round((width * self.unit - 1.33) / 2.03))
        thick = step + 1 if step < 3 else 2 * step - 1
        mask = self._mask(np.concatenate(lines), thick)
        if mask is None:
            return
        y0, y1, x0, x1, cover, corners = mask
        curves, last = [], 0
        for line in lines:
            first, last = last, last + len(line)
            curves.append(corners[first:last])
        cv2.polylines(
            cover, curves, isClosed=False, color=255, thickness=thick, lineType=cv2.LINE_AA, shift=8
        )
        self._lighten(
            y0, y1, x0, x1, cover, times(colour, width * self.unit / (1.33 + 2.03 * step))
        )

    def veil(self, points: Plane, colour: Colour) -> None:
        """Add light over a polygon `(n, 2)` of x and y."""
        window = self._polygon(points)
        if window is not None:
            self._lighten(*window, colour)

    def disc(self, points: Plane, ring: Plane, width: float, colour: Colour, rim: float) -> None:
        """Add light over a polygon and a brighter ring in it, like `veil` and `strokes`.

        Args:
            points: the polygon `(n, 2)`.
            ring: a closed line `(n, 2)` inside it.
            width: width of the ring; it is drawn one pixel wide, with its brightness scaled.
            colour: colour of the polygon.
            rim: brightness of the ring relative to the polygon.
        """
        mask = self._mask(np.concatenate((points, ring)), 1)
        if mask is None:
            return
        y0, y1, x0, x1, cover, corners = mask
        rim *= width * self.unit / 1.33
        inside = 255 / (1 + rim)
        cv2.fillPoly(cover, [corners[: len(points)]], inside, cv2.LINE_AA, 8)
        cv2.polylines(
            cover,
            [corners[len(points) :]],
            isClosed=False,
            color=255,
            lineType=cv2.LINE_AA,
            shift=8,
        )
        self._lighten(y0, y1, x0, x1, cover, times(colour, 1 + rim))

    def _lighten(self, y0: int, y1: int, x0: int, x1: int, cover: Plane, colour: Colour) -> None:
        """Add a colour to a window, weighted by a cover `(y1 - y0, x1 - x0)` in 0..255."""
        light = tint(cover.astype(np.float32), times(colour, 1 / 255))
        brighten(self._light[y0:y1, x0:x1], light)

    def blend(self, y0: int, y1: int, x0: int, x1: int, cover: Plane, colour: Colour) -> None:
        """Blend a colour over a window by a cover `(y1 - y0, x1 - x0)` in 0..1."""
        self._lights.settle(y0, y1, x0, x1)
        window = self._light[y0:y1, x0:x1]
        cover = cover.astype(np.float32, copy=False)
        keep = np.subtract(_ONE, cover)
        dim(window, keep)
        brighten(window, tint(cover, colour))
        if self._clear:
            self.through[y0:y1, x0:x1] *= keep

    def glow(
        self, x: float, y: float, radius: float, colour: Colour, radius_y: float | None = None
    ) -> None:
        """Add a Gaussian light; `radius` is its standard deviation across, `radius_y` down."""
        unit = self.unit
        place = x * unit + 0.5 * self.width, y * unit + 0.5 * self.height
        width = radius * unit
        self._lights.add(*place, width, width if radius_y is None else radius_y * unit, colour)

    def sparks(self, x: Plane, y: Plane, radius: Plane, light: Plane) -> None:
        """Add many small Gaussian lights at once: positions and radii `(n,)`, light `(n, 3)`."""
        unit = self.unit
        px, py = x * unit + 0.5 * self.width, y * unit + 0.5 * self.height
        self._lights.add_round(px, py, radius * unit, light)

    def _polygon(self, points: Plane) -> tuple[int, int, int, int, Plane] | None:
        """Return the window of a polygon, as in `_mask`, and its cover in 0..255."""
        mask = self._mask(points, 1)
        if mask is None:
            return None
        *window, cover, corners = mask
        cv2.fillPoly(cover, [corners], 255, cv2.LINE_AA, 8)
        y0, y1, x0, x1 = window
        return y0, y1, x0, x1, cover

    def _mask(self, points: Plane, margin: int) -> tuple[int, int, int, int, Plane, Plane] | None:
        """Return a window around points `(n, 2)`: first and last row and column, an empty mask, and
        the points in OpenCV's fixed-point format, in 1/256 from the centre of its first pixel."""
        places = np.rint(points * (256 * self.unit) + self._middle).astype(np.int32)
        left, top, wide, high = cv2.boundingRect(places)
        x0, y0 = max(0, (left >> 8) - margin), max(0, (top >> 8) - margin)
        x1 = min(self.width, (left + wide + 254 >> 8) + margin + 1)
        y1 = min(self.height, (top + high + 254 >> 8) + margin + 1)
        if x0 >= x1 or y0 >= y1:
            return None
        places -= np.array((256 * x0 + 128, 256 * y0 + 128), np.int32)
        return y0, y1, x0, x1, np.zeros((y1 - y0, x1 - x0), np.uint8), places


def _centres(count: int, unit: float) -> Plane:
    return ((np.arange(count, dtype=np.float32) + 0.5 - 0.5 * count) / unit).astype(np.float32)


def tint(cover: Plane, colour: Colour) -> Plane:
    """Return a cover `(h, w)` as light `(h, w, 3)` of one colour."""
    red, green, blue = (np.float32(part) for part in colour)
    return cv2.merge((cover * red, cover * green, cover * blue)).reshape(*cover.shape, 3)


def times(colour: Colour, by: float) -> Colour:
    """Scale the brightness of a colour."""
    return colour[0] * by, colour[1] * by, colour[2] * by
