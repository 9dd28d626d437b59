"""Canvas: linear light that anti-aliased shapes are put on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Size

Plane: TypeAlias = npt.NDArray[Any]
"""Float32 measures of pixels, rows or columns, or their light `(h, w, 3)`."""

Colour: TypeAlias = tuple[float, float, float]
"""Linear red, green and blue; 1 is bright, more than 1 blooms."""


class Canvas:
    """Float32 `(H, W, 3)` of linear light with shapes placed to a fraction of a pixel.

    Coordinates are in units of the geometric mean of width and height, from the middle of the
    picture, x to the right and y down, so that a scene looks the same at every size. Every shape
    covers a pixel by the share of it that it really fills: thin things fade instead of flickering.

    Args:
        size: width and height in pixels.
        unit: pixels to a unit, where it is not to follow from the size.
    """

    def __init__(self, size: Size, unit: float | None = None) -> None:
        self.width, self.height = size
        self.unit = unit or math.sqrt(self.width * self.height)
        self.light: Plane = np.zeros((self.height, self.width, 3), np.float32)
        self._flat = self.light.reshape(self.height, 3 * self.width)
        self.x: Plane = _centres(self.width, self.unit)
        self.y: Plane = _centres(self.height, self.unit)
        self.right, self.bottom = 0.5 * self.width / self.unit, 0.5 * self.height / self.unit

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: Colour, alpha: float = 1
    ) -> None:
        """Cover an upright rectangle."""
        across = self._extent(left, right, self.width)
        down = self._extent(top, bottom, self.height)
        if across is None or down is None:
            return
        (x0, x1, cover_x), (y0, y1, cover_y) = across, down
        cover_y *= np.float32(alpha)
        window = self._flat[y0:y1, 3 * x0 : 3 * x1]
        window *= 1 - cover_y[:, None] * np.repeat(cover_x, 3)
        window += cover_y[:, None] * _coloured(cover_x, colour)

    def segment(
        self, xa: float, ya: float, xb: float, yb: float, width: float, colour: Colour
    ) -> None:
        """Cover a line with round ends."""
        u = self.unit
        half = max(0.5 * width * u, 0.5)
        alpha = min(1.0, width * u)
        x, y = xa * u + 0.5 * self.width, ya * u + 0.5 * self.height
        dx, dy = (xb - xa) * u, (yb - ya) * u
        x0 = max(0, math.floor(min(x, x + dx) - half - 1))
        x1 = min(self.width, math.ceil(max(x, x + dx) + half + 1))
        y0 = max(0, math.floor(min(y, y + dy) - half - 1))
        y1 = min(self.height, math.ceil(max(y, y + dy) + half + 1))
        if x0 >= x1 or y0 >= y1:
            return
        px = np.arange(x0, x1, dtype=np.float32)[None, :] + np.float32(0.5 - x)
        py = np.arange(y0, y1, dtype=np.float32)[:, None] + np.float32(0.5 - y)
        along = np.clip((px * dx + py * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
        away = np.hypot(px - along * dx, py - along * dy)
        cover = np.clip(np.float32(half + 0.5) - away, 0, 1) * np.float32(alpha)
        self.blend(y0, y1, x0, x1, cover, colour)

    def shape(
        self, points: Sequence[tuple[float, float]] | Plane, colour: Colour, alpha: float = 1
    ) -> None:
        """Cover a polygon `(n, 2)` of x and y."""
        window = self._polygon(np.asarray(points, np.float64))
        if window is not None:
            y0, y1, x0, x1, cover = window
            self.blend(y0, y1, x0, x1, cover * np.float32(alpha / 255), colour)

    def strokes(self, lines: Sequence[Plane], width: float, colour: Colour) -> None:
        """Add the light of curves, each `(n, 2)` of x and y; where they cross they do not add."""
        corners = self._pixels(np.concatenate(lines))
        # OpenCV's smooth lines come in widths of 1.33, 3.36, 5.39 ... pixels, by thickness
        # 1, 2, 3, 5, 7 ...: the nearest is drawn, as bright as gives the light of the true width.
        step = max(0, round((width * self.unit - 1.33) / 2.03))
        thick = step + 1 if step < 3 else 2 * step - 1
        mask = self._mask(corners, thick)
        if mask is None:
            return
        y0, y1, x0, x1, cover = mask
        fixed = _fixed(corners, x0, y0)
        curves = np.split(fixed, np.cumsum([len(line) for line in lines[:-1]]))
        cv2.polylines(
            cover, curves, isClosed=False, color=255, thickness=thick, lineType=cv2.LINE_AA, shift=8
        )
        share = width * self.unit / (1.33 + 2.03 * step) / 255
        self.light[y0:y1, x0:x1] += tint(cover.astype(np.float32), times(colour, share))

    def veil(self, points: Plane, colour: Colour) -> None:
        """Add light over a polygon `(n, 2)` of x and y."""
        window = self._polygon(points)
        if window is not None:
            y0, y1, x0, x1, cover = window
            self.light[y0:y1, x0:x1] += tint(cover.astype(np.float32), times(colour, 1 / 255))

    def blend(self, y0: int, y1: int, x0: int, x1: int, cover: Plane, colour: Colour) -> None:
        """Lay a colour over a window by a cover `(y1 - y0, x1 - x0)` in 0..1."""
        window = self.light[y0:y1, x0:x1]
        cover = cover.astype(np.float32, copy=False)
        keep = 1 - cover
        window *= cv2.merge((keep, keep, keep)).reshape(window.shape)
        window += tint(cover, colour)

    def glow(
        self, x: float, y: float, radius: float, colour: Colour, radius_y: float | None = None
    ) -> None:
        """Add a Gaussian light; `radius` is its standard deviation across, `radius_y` down."""
        across = self._bell(x, radius, self.width)
        down = self._bell(y, radius if radius_y is None else radius_y, self.height)
        if across is None or down is None:
            return
        (x0, x1, bell_x), (y0, y1, bell_y) = across, down
        self._flat[y0:y1, 3 * x0 : 3 * x1] += bell_y[:, None] * _coloured(bell_x, colour)

    def sparks(self, x: Plane, y: Plane, radius: Plane, light: Plane) -> None:
        """Add many small Gaussian lights at once: places and radii `(n,)`, light `(n, 3)`."""
        px, py = x * self.unit + 0.5 * self.width, y * self.unit + 0.5 * self.height
        wanted = radius * self.unit
        sigma = np.maximum(wanted, 0.45)
        for least, most in ((0.0, 1.2), (1.2, 3.0), (3.0, np.inf)):
            chosen = (sigma > least) & (sigma <= most)
            reach = 2.6 * sigma + 1
            chosen &= (px > -reach) & (px < self.width + reach)
            chosen &= (py > -reach) & (py < self.height + reach)
            if chosen.any():
                share = (wanted[chosen] / sigma[chosen]) ** 2
                self._splat(px[chosen], py[chosen], sigma[chosen], light[chosen] * share[:, None])

    def _splat(self, px: Plane, py: Plane, sigma: Plane, light: Plane) -> None:
        reach = math.ceil(2.6 * float(sigma.max()))
        span = np.arange(-reach, reach + 1)
        column = np.floor(px).astype(np.int64)[:, None] + span
        row = np.floor(py).astype(np.int64)[:, None] + span
        bell_x = np.exp(-0.5 * ((column + 0.5 - px[:, None]) / sigma[:, None]) ** 2)
        bell_y = np.exp(-0.5 * ((row + 0.5 - py[:, None]) / sigma[:, None]) ** 2)
        bell_x *= (column >= 0) & (column < self.width)
        bell_y *= (row >= 0) & (row < self.height)
        index = (row.clip(0, self.height - 1) * self.width)[:, :, None]
        index = (index + column.clip(0, self.width - 1)[:, None, :]) * 3
        bell = (bell_y[:, :, None] * bell_x[:, None, :]).astype(np.float32)
        flat = self.light.reshape(-1)
        for channel in range(3):
            tinted = bell * light[:, channel, None, None].astype(np.float32)
            np.add.at(flat, (index + channel).ravel(), tinted.ravel())

    def _pixels(self, points: Plane) -> Plane:
        return points * self.unit + (0.5 * self.width, 0.5 * self.height)

    def _polygon(self, points: Plane) -> tuple[int, int, int, int, Plane] | None:
        """The window that a polygon lies in, as of `_mask`, and its cover in 0..255."""
        corners = self._pixels(points)
        window = self._mask(corners, 1)
        if window is not None:
            top, _, left, _, cover = window
            cv2.fillPoly(cover, [_fixed(corners, left, top)], 255, cv2.LINE_AA, 8)
        return window

    def _mask(self, pixels: Plane, margin: int) -> tuple[int, int, int, int, Plane] | None:
        """A window around points, as first and last row and column, and an empty mask for it."""
        low, high = np.floor(pixels.min(axis=0)) - margin, np.ceil(pixels.max(axis=0)) + margin
        x0, y0 = max(0, int(low[0])), max(0, int(low[1]))
        x1, y1 = min(self.width, int(high[0]) + 1), min(self.height, int(high[1]) + 1)
        if x0 >= x1 or y0 >= y1:
            return None
        return y0, y1, x0, x1, np.zeros((y1 - y0, x1 - x0), np.uint8)

    def _extent(self, low: float, high: float, count: int) -> tuple[int, int, Plane] | None:
        a, b = low * self.unit + 0.5 * count, high * self.unit + 0.5 * count
        first, last = max(0, math.floor(a)), min(count, math.ceil(b))
        if first >= last:
            return None
        edge = np.arange(first, last, dtype=np.float32)
        return first, last, np.minimum(edge + 1, b) - np.maximum(edge, a)

    def _bell(self, centre: float, radius: float, count: int) -> tuple[int, int, Plane] | None:
        wanted = radius * self.unit
        sigma = max(wanted, 0.45)
        at = centre * self.unit + 0.5 * count
        first, last = max(0, int(at - 3.2 * sigma)), min(count, int(at + 3.2 * sigma) + 1)
        if first >= last:
            return None
        away = np.arange(first + 0.5 - at, last - at, dtype=np.float32)[: last - first]
        away *= away
        away *= -0.5 / sigma**2
        bell = np.exp(away, out=away)
        if wanted < sigma:
            # A light smaller than a pixel keeps its energy, not its peak.
            bell *= wanted / sigma
        return first, last, bell


def _centres(count: int, unit: float) -> Plane:
    return ((np.arange(count, dtype=np.float32) + 0.5 - 0.5 * count) / unit).astype(np.float32)


def _fixed(pixels: Plane, left: int, top: int) -> Plane:
    """Places in a window as OpenCV takes them: 256ths from the middle of its first pixel."""
    return np.round((pixels - (left + 0.5, top + 0.5)) * 256).astype(np.int32)


def tint(cover: Plane, colour: Colour) -> Plane:
    """A cover `(h, w)` as light `(h, w, 3)` of one colour."""
    red, green, blue = (np.float32(part) for part in colour)
    return cv2.merge((cover * red, cover * green, cover * blue)).reshape(*cover.shape, 3)


def times(colour: Colour, by: float) -> Colour:
    """A colour made brighter or darker."""
    return colour[0] * by, colour[1] * by, colour[2] * by


def _coloured(line: Plane, colour: Colour) -> Plane:
    return (line[:, None] * np.array(colour, np.float32)).ravel()
