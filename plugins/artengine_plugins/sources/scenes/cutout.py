"""Cutouts: things drawn once, to be laid on a canvas many times."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from artengine.api import Size

from .canvas import Canvas, Colour, Plane

_FINEST = 1024
"""A backdrop is drawn with at most this many pixels to a unit, and enlarged for larger canvases."""


def cut_out(paint: Callable[[Canvas], None], size: Size, unit: float) -> Plane:
    """What `paint` draws, as light and cover `(h, w, 4)`; the light is times the cover."""
    over_black, over_white = Canvas(size, unit), Canvas(size, unit)
    over_white.light[:] = 1
    paint(over_black)
    paint(over_white)
    let_through = (over_white.light - over_black.light).mean(axis=2)
    return np.dstack((over_black.light, 1 - let_through)).astype(np.float32)


class Sprite:
    """A cutout that is laid down at any place, size and turn.

    Args:
        picture: light and cover `(h, w, 4)`.
        unit: its pixels to a metre.
        anchor: the pixel, as x and y, that is laid on the place; the middle if left out.
    """

    def __init__(
        self, picture: Plane, unit: float, anchor: tuple[float, float] | None = None
    ) -> None:
        self._unit = unit
        height, width = picture.shape[:2]
        self._anchor = anchor or (width / 2, height / 2)
        self._levels = [picture]
        while min(self._levels[-1].shape[:2]) > 3:
            rows, columns = self._levels[-1].shape[:2]
            half = (math.ceil(columns / 2), math.ceil(rows / 2))
            self._levels.append(cv2.resize(self._levels[-1], half, interpolation=cv2.INTER_AREA))

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
        """Lay it down.

        Args:
            canvas: what it is laid on.
            x: where its anchor comes to lie, in the canvas's units.
            y: likewise.
            scale: units to a metre.
            flip: whether left and right are exchanged.
            upset: whether top and bottom are exchanged, as in a mirror of water.
            turn: by how many radians it is turned, to the right.
            fade: how much of it shows, 0..1.
            lit: what its light is multiplied by.
            veil: light and cover `(H, W, 4)` that it is laid on in place of the canvas's light.
        """
        ratio = scale * canvas.unit / self._unit
        if ratio <= 0 or fade <= 0:
            return
        level = min(max(0, math.floor(-math.log2(ratio) + 0.3)), len(self._levels) - 1)
        picture = self._levels[level]
        full_height, full_width = self._levels[0].shape[:2]
        shrunk = (picture.shape[1] / full_width, picture.shape[0] / full_height)
        cos, sin = ratio * math.cos(turn), ratio * math.sin(turn)
        side, up = (-1 if flip else 1), (-1 if upset else 1)
        place = x * canvas.unit + canvas.width / 2, y * canvas.unit + canvas.height / 2
        matrix = np.array([[cos * side, -sin * up], [sin * side, cos * up]])
        corners = np.array([(0, 0), (full_width, 0), (0, full_height), (full_width, full_height)])
        spread = (corners - self._anchor) @ matrix.T + place
        x0, y0 = (max(0, math.floor(low)) for low in spread.min(axis=0))
        x1 = min(canvas.width, math.ceil(spread[:, 0].max()))
        y1 = min(canvas.height, math.ceil(spread[:, 1].max()))
        if x0 >= x1 or y0 >= y1:
            return
        # OpenCV counts from the middle of the first pixel, here places count from its corner.
        by_level = matrix / shrunk
        shift = np.array((place[0] - x0 - 0.5, place[1] - y0 - 0.5)) - matrix @ self._anchor
        shift += by_level @ (0.5, 0.5)
        laid = cv2.warpAffine(
            picture, np.column_stack((by_level, shift)), (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR
        ).reshape(y1 - y0, x1 - x0, 4)
        lay((canvas.light if veil is None else veil)[y0:y1, x0:x1], laid, fade, lit)


class Backdrop:
    """A cutout as wide as the world, which comes again when one has gone past it.

    Args:
        paint: draws it on a canvas of its own, with the ground at the canvas's bottom; what crosses
            one side of it should come in at the other.
        canvas: what it will be laid on.
        width: how wide the world is, in units.
        height: how high it is, in units.
    """

    def __init__(
        self, paint: Callable[[Canvas], None], canvas: Canvas, width: float, height: float
    ) -> None:
        self._canvas = canvas
        self._unit = unit = min(canvas.unit, _FINEST)
        self._columns = max(1, round(width * unit))
        self._rows = max(1, round(height * unit))
        picture = cut_out(paint, (self._columns, self._rows), unit)
        # Beyond its end it begins again, so that what is seen of it is always one piece.
        share = unit / canvas.unit
        self._seen = math.ceil(canvas.width * share)
        self._seen_rows = math.ceil(canvas.height * share)
        beyond = np.arange(self._columns + self._seen + 1) % self._columns
        self._picture = np.ascontiguousarray(picture[:, beyond])

    def draw(self, gone: float, foot: float, lit: Colour = (1.0, 1.0, 1.0)) -> None:
        """Lay it on the canvas.

        Args:
            gone: how far one has gone past it, in units.
            foot: where its ground comes to lie, in units from the canvas's middle.
            lit: what its light is multiplied by.
        """
        canvas, unit = self._canvas, self._unit
        whole = math.floor(gone * unit)
        part, first = gone * unit - whole, whole % self._columns
        bottom = round((foot + canvas.bottom) * unit)
        top = bottom - self._rows
        low, high = max(top, 0), min(bottom, self._seen_rows)
        if low >= high:
            return
        rows = self._picture[low - top : high - top]
        left = rows[:, first : first + self._seen]
        right = rows[:, first + 1 : first + 1 + self._seen]
        laid = cv2.addWeighted(left, 1 - part, right, part, 0).reshape(*left.shape)
        y0, y1 = low, high
        if unit != canvas.unit:
            y0, y1 = (min(canvas.height, round(y * canvas.unit / unit)) for y in (low, high))
            if y0 >= y1:
                return
            laid = cv2.resize(laid, (canvas.width, y1 - y0), interpolation=cv2.INTER_LINEAR)
        lay(canvas.light[y0:y1], laid, 1.0, lit)


def lay(window: Plane, laid: Plane, fade: float = 1.0, lit: Colour = (1.0, 1.0, 1.0)) -> None:
    """Lay light and cover `(h, w, 4)` over a window, light `(h, w, 3)` or light and cover."""
    cover = cv2.extractChannel(laid, 3)
    keep = 1 - cover * np.float32(fade)
    if window.shape[2] == 4:
        window *= cv2.merge((keep, keep, keep, keep)).reshape(window.shape)
        window += laid * np.array([fade * by for by in (*lit, 1.0)], np.float32)
        return
    window *= cv2.merge((keep, keep, keep)).reshape(window.shape)
    if fade == 1.0 and lit == (1.0, 1.0, 1.0):
        light = cv2.cvtColor(laid, cv2.COLOR_BGRA2BGR)
    else:
        parts = (cv2.extractChannel(laid, k) * np.float32(fade * lit[k]) for k in range(3))
        light = cv2.merge(tuple(parts))
    window += light.reshape(window.shape)
