"""Facades: shops in a night street, with lit windows and neon signs, painted once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .canvas import Canvas, times
from .chance import chance
from .light import Colour, Plane
from .planes import blurred, brighten, weighted
from .upright import Upright

NEON: tuple[Colour, ...] = (
    (1.00, 0.08, 0.32),
    (0.06, 0.75, 1.00),
    (0.70, 0.14, 1.00),
    (1.00, 0.42, 0.06),
    (0.10, 1.00, 0.50),
    (1.00, 0.78, 0.10),
)
SHOPS: tuple[Colour, ...] = (
    (1.00, 0.62, 0.28),
    (0.85, 0.95, 1.00),
    (1.00, 0.34, 0.42),
    (0.45, 0.95, 0.85),
    (1.00, 0.80, 0.50),
    (0.62, 0.48, 1.00),
)
WIDTH = 7.0
"""Distance between facades in metres."""

_GLOW = 2e-4
"""Limit below which the glow of signs is omitted."""

MARGIN = 1.5
"""Width in metres that is painted beyond each side, for the glow of the signs."""


@dataclass(frozen=True, slots=True)
class Facade:
    """Appearance of one house, from the roof down to the ground.

    Args:
        light: `(h, w, 3)` of everything that shines steadily.
        keep: `(h, w, 3)`, share of the background that is visible, 0..1.
        neon: `(h, w, 3)` of its neon signs, added as they flicker; None without any.
        wall: the first row with anything in it, the first row that hides the background, and the
            first and last (exclusive) of the columns that hide it.
        signs: first and last (exclusive) row and column of the signs.
    """

    light: Plane
    keep: Plane
    neon: Plane | None
    wall: tuple[int, int, int, int]
    signs: tuple[int, int, int, int]

    @classmethod
    def of(cls, light: Plane, cover: Plane, neon: Plane | None = None) -> Facade:
        """Create a facade from its light, the cover of its walls, 0..1, and its signs."""
        hidden: Plane = cover[..., 0] >= 1
        there: Plane = _brightest(light) + cover[..., 0] > 0
        top, _ = _span(there.max(axis=1))
        roof, _ = _span(hidden.max(axis=1))
        signs = (0, 0, 0, 0)
        if neon is not None:
            bright: Plane = _brightest(neon) > _GLOW
            signs = (*_span(bright.max(axis=1)), *_span(bright.max(axis=0)))
        keep = np.clip(1 - cover, 0, 1)
        return cls(light, keep, neon, (top, roof, *_span(hidden.max(axis=0))), signs)

    def lay(self, canvas: Canvas, left: float, foot: int) -> None:
        """Draw the walls on a canvas, from a column on and with the feet above row `foot`.

        The background is blended only along the edges of the wall.
        """
        seen = self._seen(canvas, left)
        if seen is None or foot < 1:
            return
        whole, part, first, last = seen
        rows = len(self.light)
        top, roof, start, end = self.wall
        top, roof = max(top, rows - foot), max(roof, rows - foot)
        start, end = max(first, start + 1), min(last, end)
        blocks = [(top, rows, first, last)]
        if start < end and roof < rows:
            blocks = [(top, rows, first, start), (top, roof, start, end), (top, rows, end, last)]
            above = canvas.light[roof - rows + foot : foot, whole + start : whole + end]
            above[:] = _slid(self.light[roof:], part, start, end)
        for y0, y1, x0, x1 in blocks:
            if y0 < y1 and x0 < x1:
                window = canvas.light[y0 - rows + foot : y1 - rows + foot, whole + x0 : whole + x1]
                cv2.multiply(window, _slid(self.keep[y0:y1], part, x0, x1), dst=window)
                brighten(window, _slid(self.light[y0:y1], part, x0, x1))

    def shine(self, canvas: Canvas, left: float, foot: int, strength: float) -> None:
        """Add the neon signs at a brightness, at the position of the walls."""
        seen = self._seen(canvas, left)
        if self.neon is None or seen is None:
            return
        whole, part, first, last = seen
        rows = len(self.light)
        top, bottom, start, end = self.signs
        top, start, end = max(top, rows - foot), max(first, start), min(last, end)
        if top < bottom and start < end:
            window = canvas.light[top - rows + foot : bottom - rows + foot]
            window = window[:, whole + start : whole + end]
            brighten(window, _slid(self.neon[top:bottom], part, start, end, strength))

    def _seen(self, canvas: Canvas, left: float) -> tuple[int, float, int, int] | None:
        """Return the position of the first column, whole and fraction, and the visible columns."""
        whole = math.floor(left)
        first, last = max(1, -whole), min(self.light.shape[1], canvas.width - whole)
        return (whole, left - whole, first, last) if first < last else None

    @classmethod
    def tower(cls, key: int, unit: float, scale: float, rows: int) -> Facade:
        """Paint a far tower in the haze; see `shop`."""
        columns = max(1, round((WIDTH + 2 * MARGIN) * scale * unit)) + 2
        foot = 0.5 * rows / unit
        wall, cover = Canvas((columns, rows), unit), Canvas((columns, rows), unit)
        tall, half = 13.0 + 24.0 * chance(key, 1) ** 1.5, 3.2 + 1.8 * chance(key, 2)
        Upright(cover, 0.0, foot, scale).box(-half, 0.0, half, tall, (1, 1, 1))
        at = Upright(wall, 0.0, foot, scale)
        haze = NEON[int(6 * chance(key, 3))]
        at.box(-half, 0.0, half, tall, (0.008 + 0.006 * haze[0], 0.006, 0.020 + 0.008 * haze[2]))
        count = 6 + int(4 * chance(key, 4))
        for floor in range(int(tall)):
            for window in range(count):
                if chance(key, 5, floor, window) < 0.34:
                    x = -half + 2 * half * (window + 0.5) / count
                    tint = SHOPS[int(6 * chance(key, 6, floor, window))]
                    light = times(tint, 0.04 + 0.36 * chance(key, 7, floor, window) ** 2)
                    at.box(x - 0.24, floor + 0.3, x + 0.24, floor + 0.8, light)
        if chance(key, 8) < 0.5:
            at.box(-half, tall - 0.45, half, tall - 0.2, times(haze, 0.7))
        # Slightly out of focus, because it is far away.
        soft = cv2.GaussianBlur(wall.light, (0, 0), max(0.3, 0.0028 * unit))
        return cls.of(soft.reshape(wall.light.shape), cover.light)

    @classmethod
    def shop(cls, key: int, unit: float, scale: float, rows: int) -> Facade:
        """Paint the shop of a key.

        Args:
            key: number that identifies it.
            unit: pixels per unit.
            scale: units per metre.
            rows: height in pixels; the lowest row is at the ground.
        """
        columns = max(1, round((WIDTH + 2 * MARGIN) * scale * unit)) + 2
        foot = 0.5 * rows / unit
        wall, cover, neon = (Canvas((columns, rows), unit) for _ in range(3))
        tall = 4.9 + 5.0 * chance(key, 1)
        half = 0.5 * WIDTH - (0.35 if chance(key, 2) < 0.5 else -0.1)
        cover_at = Upright(cover, 0.0, foot, scale)
        cover_at.box(-half, 0.0, half, tall, (1, 1, 1))
        _paint_wall(Upright(wall, 0.0, foot, scale), key, half, tall)
        tubes = Upright(neon, 0.0, foot, scale)
        _paint_signs(tubes, Upright(wall, 0.0, foot, scale), key, half, tall)
        glow = cv2.GaussianBlur(neon.light, (0, 0), max(0.4, 0.008 * unit))
        sigma = max(0.5, 0.035 * unit)
        wide = blurred(neon.light, sigma, sigma)
        shine = (neon.light + 0.6 * glow + 0.9 * wide).reshape(neon.light.shape)
        return cls.of(wall.light, cover.light, shine)


def _brightest(light: Plane) -> Plane:
    brightest: Plane = np.maximum(np.maximum(light[..., 0], light[..., 1]), light[..., 2])
    return brightest


def _span(there: Plane) -> tuple[int, int]:
    """Return the first true place and the one after the last; an empty range if there is none."""
    found = np.flatnonzero(there)
    return (int(found[0]), int(found[-1]) + 1) if found.size else (len(there), 0)


def _slid(sprite: Plane, part: float, first: int, last: int, by: float = 1.0) -> Plane:
    """Return columns `first` (at least 1) to `last` of a sprite moved right by part of a pixel."""
    return weighted(
        sprite[:, first:last], (1 - part) * by, sprite[:, first - 1 : last - 1], part * by
    )


def _paint_wall(at: Upright, key: int, half: float, tall: float) -> None:
    hue = chance(key, 3)
    brick: Colour = (0.008 + 0.010 * hue, 0.006, 0.009 + 0.009 * (1 - hue))
    at.box(-half, 0.0, half, tall, brick)
    for course in range(int(tall / 0.45)):
        shade = times(brick, 0.70 + 0.5 * chance(key, 4, course))
        at.box(-half, 0.45 * course, half, 0.45 * course + 0.4, shade)
    at.box(-half, tall - 0.25, half, tall, times(brick, 1.8))
    _paint_windows(at, key, half, tall)
    _paint_shop(at, key, half)


def _paint_windows(at: Upright, key: int, half: float, tall: float) -> None:
    count = 3 + int(2 * chance(key, 5))
    pitch = 2 * (half - 0.4) / count
    for floor in range(int((tall - 3.9) / 2.7) + 1):
        low = 3.9 + 2.7 * floor
        for window in range(count):
            middle = -half + 0.4 + pitch * (window + 0.5)
            wide, high = 0.36 * pitch, min(low + 1.6, tall - 0.4)
            if high < low + 0.5:
                continue
            at.box(middle - wide, low, middle + wide, high, (0.006, 0.010, 0.024))
            if chance(key, 6, floor, window) < 0.42:
                colour = SHOPS[int(6 * chance(key, 7, floor, window))]
                light = 0.05 + 0.22 * chance(key, 8, floor, window)
                at.box(middle - wide, low, middle + wide, high, times(colour, light))
                blind = low + (high - low) * (0.3 + 0.7 * chance(key, 9, floor, window))
                at.box(middle - wide, blind, middle + wide, high, times(colour, 0.35 * light))
            at.box(middle - 0.03, low, middle + 0.03, high, (0.004, 0.004, 0.006))
            at.box(
                middle - wide - 0.08, low - 0.12, middle + wide + 0.08, low, (0.020, 0.018, 0.024)
            )


def _paint_shop(at: Upright, key: int, half: float) -> None:
    colour = SHOPS[int(6 * chance(key, 10))]
    side = 1 if chance(key, 11) < 0.5 else -1
    door = side * (half - 0.95)
    left, right = (-half + 0.3, door - 0.65) if side > 0 else (door + 0.65, half - 0.3)
    at.box(-half, 0.0, half, 3.2, (0.008, 0.008, 0.012))
    steps = 7
    for step in range(steps):
        low, high = 0.5 + 2.2 * step / steps, 0.5 + 2.2 * (step + 1) / steps
        rise = (step / steps) ** 2
        at.box(left, low, right, high, times(colour, 0.06 + 0.24 * rise))
        at.box(door - 0.42, low - 0.45, door + 0.42, high, times(colour, 0.05 + 0.16 * rise))
    for lamp in range(4):
        x = left + (right - left) * (lamp + 0.5) / 4
        at.light(x, 2.45, 0.34, times(colour, 0.75), radius_y=0.30)
    # Shelves and goods are dark against the shop's light.
    for shelf in range(3):
        at.box(left, 0.9 + 0.55 * shelf, right, 0.95 + 0.55 * shelf, times(colour, 0.05))
        for item in range(9):
            lot = chance(key, 12, shelf, item)
            x = left + (right - left) * (item + 0.3 + 0.4 * lot) / 9
            tint = times(SHOPS[int(6 * chance(key, 13, shelf, item))], 0.03 + 0.32 * lot)
            wide, high = 0.06 + 0.10 * lot, 0.15 + 0.28 * chance(key, 14, shelf, item)
            base = 0.95 + 0.55 * shelf
            at.box(x - wide, base, x + wide, base + high, tint)
    bars = 3
    for bar in range(bars + 1):
        x = left + (right - left) * bar / bars
        at.box(x - 0.05, 0.4, x + 0.05, 2.75, (0.004, 0.004, 0.006))
    at.box(left, 0.36, right, 0.5, (0.004, 0.004, 0.006))
    at.box(door - 0.03, 0.0, door + 0.03, 2.7, (0.004, 0.004, 0.006))
    if chance(key, 15) < 0.6:
        stripes, cloth = 14, NEON[int(6 * chance(key, 16))]
        for stripe in range(stripes):
            x0, x1 = (left + (right - left) * (stripe + k) / stripes for k in (0, 1))
            tint = times(cloth, 0.13) if stripe % 2 else (0.09, 0.085, 0.085)
            at.shape([(x0, 2.75), (x1, 2.75), (x1, 3.15), (x0, 3.15)], tint)
            at.shape([(x0, 2.75), (x1, 2.75), (0.5 * (x0 + x1), 2.62)], tint)


def _paint_signs(tubes: Upright, wall: Upright, key: int, half: float, tall: float) -> None:
    colour = NEON[int(6 * chance(key, 20))]
    other = NEON[int(6 * chance(key, 21))]
    side = 1 if chance(key, 22) < 0.5 else -1
    letters = 4 + int(4 * chance(key, 23))
    board = 0.34 * letters
    middle = side * 0.35 * (half - 1.2)
    wall.box(middle - board - 0.15, 3.22, middle + board + 0.15, 3.85, (0.005, 0.004, 0.008))
    for letter in range(letters):
        x = middle + (letter - (letters - 1) / 2) * 0.66
        _glyph(tubes, x, 3.30, 0.44, 0.46, colour, key, letter)
    if chance(key, 24) < 0.75:
        post, count = -side * (half - 0.6), 3 + int(2 * chance(key, 25))
        low = 4.2
        high = min(low + 0.95 * count, tall + 0.4)
        wall.box(post - 0.48, low - 0.12, post + 0.48, high + 0.05, (0.005, 0.004, 0.009))
        frame = [
            (-0.44, low - 0.06),
            (0.44, low - 0.06),
            (0.44, high),
            (-0.44, high),
            (-0.44, low - 0.06),
        ]
        _tube(tubes, [(post + x, y) for x, y in frame], 0.045, other)
        for letter in range(count):
            top = low + (high - low) * letter / count
            _glyph(
                tubes,
                post,
                top + 0.10,
                0.56,
                0.62,
                colour if letter % 2 else other,
                key,
                40 + letter,
            )
    if chance(key, 26) < 0.7:
        kind = int(4 * chance(key, 27))
        _icon(tubes, kind, side * 0.45 * half, 4.9, 0.75, colour, other)
    if chance(key, 28) < 0.5:
        for line in range(2):
            _tube(
                tubes,
                [(-half + 0.1, 3.95 + 0.1 * line), (half - 0.1, 3.95 + 0.1 * line)],
                0.04,
                other,
            )


def _tube(at: Upright, points: list[tuple[float, float]], width: float, colour: Colour) -> None:
    placed = np.array([(at.x + x * at.scale, at.foot - y * at.scale) for x, y in points])
    # The gas is coloured; the tube itself is so bright that it appears white.
    at.canvas.strokes([placed], width * at.scale, times(colour, 1.9))
    pale = (0.5 + 0.5 * colour[0], 0.5 + 0.5 * colour[1], 0.5 + 0.5 * colour[2])
    at.canvas.strokes([placed], 0.4 * width * at.scale, times(pale, 1.2))


def _glyph(
    at: Upright,
    x: float,
    low: float,
    wide: float,
    high: float,
    colour: Colour,
    key: int,
    which: int,
) -> None:
    """Paint a letter of no alphabet: strokes between the nine points of a square."""
    used = 0
    for stroke, (a, b) in enumerate(_STROKES):
        if chance(key, 30, which, stroke) < 0.42 or (used == 0 and stroke == len(_STROKES) - 1):
            ends = [
                (x + (point % 3 - 1) * 0.5 * wide, low + (point // 3) * 0.5 * high)
                for point in (a, b)
            ]
            _tube(at, ends, 0.055, colour)
            used += 1


_STROKES = ((0, 6), (2, 8), (6, 8), (3, 5), (0, 2), (1, 7), (6, 4), (4, 2), (8, 4), (4, 0))


def _icon(
    at: Upright, kind: int, x: float, y: float, size: float, colour: Colour, other: Colour
) -> None:
    turn = [2 * math.pi * k / 40 for k in range(41)]
    if kind == 0:
        moon = [(x + size * math.cos(t), y + size * math.sin(t)) for t in np.linspace(0.9, 5.4, 30)]
        hollow = [
            (x + size * (0.42 + 0.72 * math.cos(t)), y + 0.72 * size * math.sin(t))
            for t in np.linspace(4.95, 1.33, 24)
        ]
        _tube(at, [*moon, *hollow, moon[0]], 0.06, other)
        for far, near in ((0.34, (0.62, 0.10)), (0.20, (1.05, 0.62))):
            rays = [(far if k % 2 == 0 else 0.25 * far, 0.25 * math.pi * k) for k in range(9)]
            spark = [
                (x + size * (near[0] + r * math.sin(t)), y + size * (near[1] + r * math.cos(t)))
                for r, t in rays
            ]
            _tube(at, spark, 0.04, colour)
    elif kind == 1:
        heart = [
            (
                x + size * 0.058 * 16 * math.sin(t) ** 3,
                y + size * 0.058 * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t)),
            )
            for t in turn
        ]
        _tube(at, heart, 0.065, colour)
    elif kind == 2:
        bowl = [(x + size * math.cos(t), y - 0.1 + 0.75 * size * math.sin(t)) for t in turn[20:]]
        _tube(at, [*bowl, bowl[0]], 0.06, colour)
        for steam in (-0.35, 0.0, 0.35):
            wisp = [
                (x + size * (steam + 0.1 * math.sin(5 * k / 6)), y + size * (0.05 + 0.13 * k))
                for k in range(7)
            ]
            _tube(at, wisp, 0.04, other)
    else:
        glass = [(-0.7, 0.7), (0.7, 0.7), (0.0, -0.1), (-0.7, 0.7), (0.0, -0.1), (0.0, -0.75)]
        _tube(at, [(x + a * size, y + b * size) for a, b in glass], 0.055, colour)
        foot = [(x - 0.4 * size, y - 0.75 * size), (x + 0.4 * size, y - 0.75 * size)]
        _tube(at, foot, 0.055, colour)
        olive = [(x + 0.13 * math.cos(t) + 0.1, y + 0.32 + 0.13 * math.sin(t)) for t in turn]
        _tube(at, olive, 0.04, other)
