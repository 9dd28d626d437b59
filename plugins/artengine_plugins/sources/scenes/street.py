"""A market street at noon: painted houses, awnings, trams, and a crowd that crosses."""

from __future__ import annotations

import math

import cv2
import numpy as np

from artengine.api import Picture, Size

from .canvas import Canvas, times, tint
from .chance import chance
from .cutout import Backdrop, Sprite, cut_out
from .lens import Lens
from .light import Colour, Plane
from .noise import tiling
from .passers import CLOTHS, PEOPLE, PHASES, passer
from .scene import Scene
from .tile import Tile
from .upright import Upright

PACE = 0.055
"""Speed of the camera along the street, in units at the houses a second."""

WORLD = 3.6
"""Width of the street before it repeats, in units at the houses."""

KERB = -0.02
"""Position of the line between houses and pavement, in units below the centre."""

WALKERS, PIGEONS = 26, 14
WALLS: tuple[Colour, ...] = (
    (0.62, 0.10, 0.05),
    (0.75, 0.42, 0.06),
    (0.06, 0.28, 0.40),
    (0.70, 0.60, 0.42),
    (0.48, 0.07, 0.16),
    (0.12, 0.34, 0.18),
    (0.72, 0.26, 0.22),
    (0.20, 0.13, 0.38),
)


class Street(Scene):
    """People in bright clothes cross in long shadows; trams ring by, pigeons go up."""

    def __init__(self, size: Size, seed: int, crowd: float, sway: float) -> None:
        super().__init__(size, seed, crowd, sway)
        self._canvas = canvas = Canvas(size)
        self._lens = Lens(size, grain=0.0004)
        self._houses = Backdrop(self._paint_houses, canvas, WORLD, 0.95)
        self._tram = Sprite(cut_out(_paint_tram, (620, 150), 36.0), 36.0, (310, 140))
        rng = np.random.default_rng((seed, 600))
        up = np.clip((KERB - canvas.y) / 0.6, 0, 1)
        shades = [
            low + (high - low) * up for low, high in ((0.30, 0.012), (0.42, 0.10), (0.62, 0.40))
        ]
        self._sky = np.repeat(np.stack(shades, axis=-1)[:, None], canvas.width, axis=1)
        self._lay_ground(Tile(_stones(rng)))

    def draw(self, seconds: float) -> Picture:
        """Draw the picture; see `Scene.draw`."""
        canvas = self._canvas
        self._seconds = seconds
        self._along = PACE * seconds + 0.12 * self.sway * math.sin(0.27 * seconds)
        self._bob = 0.006 * self.sway * math.sin(1.7 * seconds)
        canvas.light[:] = self._sky
        self._houses.draw(self._along, KERB + self._bob + 0.005)
        self._draw_ground()
        self._draw_tram()
        walkers = [self._walker(slot) for slot in range(round(WALKERS * self.crowd))]
        walkers.sort()
        for near, x, _, _ in walkers:
            self._draw_shadow(near, x)
        for near, x, slot, lap in walkers:
            self._draw_walker(near, x, slot, lap)
        self._draw_pigeons()
        return self._lens.develop(canvas, seconds, halo=(0.03, 0.02))

    # The houses.

    def _paint_houses(self, canvas: Canvas) -> None:
        slots = 10
        for slot in range(slots):
            keys = (self.seed, 610, slot)
            wide = WORLD / slots
            at = Upright(canvas, -WORLD / 2 + wide * (slot + 0.5), canvas.bottom, 1.0)
            _paint_house(at, keys, 0.5 * wide)

    # The street.

    def _lay_ground(self, stones: Tile) -> None:
        canvas = self._canvas
        self._first = int(np.sum(canvas.y < KERB - 0.01))
        rows = canvas.height - self._first
        below = np.maximum(canvas.y[self._first :, None] - KERB, 0) + 0.16
        x = canvas.x[None, :] if rows else np.zeros((1, 1), np.float32)
        near = (below / 0.16).astype(np.float32)
        self._stones = stones.seen_from(x * (150 / near), np.float32(-210.0) / near)
        self._shade = np.clip((below - 0.16) / 0.03, 0.25, 1).astype(np.float32)

    def _draw_ground(self) -> None:
        canvas = self._canvas
        rows = canvas.height - self._first
        if rows < 1:
            return
        stones = self._stones(150 * self._along, 0)
        stones *= self._shade
        # Cloud shadows pass over the street.
        x = canvas.x + np.float32(0.8 * self._along)
        sun = np.float32(2.5) * np.sin(np.float32(1.7) * x + np.float32(0.35 * self._seconds))
        stones *= np.float32(0.72) + np.float32(0.28) * np.clip(sun + np.float32(0.9), 0, 1)
        ground = tint(stones, (0.29, 0.185, 0.085))
        rail = KERB + self._bob
        window = canvas.light[self._first :]
        cover = np.clip((canvas.y[self._first :] - rail) * canvas.unit + 0.5, 0, 1)[:, None, None]
        shown = int(np.sum(cover < 1))
        window[:shown] += (ground[:shown] - window[:shown]) * cover[:shown]
        window[shown:] = ground[shown:]
        for deep in (0.030, 0.052):
            canvas.box(-9, rail + deep, 9, rail + deep + 0.005, (0.03, 0.035, 0.05))

    def _draw_tram(self) -> None:
        canvas = self._canvas
        turn = self._seconds / 13.0 + chance(self.seed, 620)
        lap = math.floor(turn)
        way = 1 if chance(self.seed, 621, lap) < 0.5 else -1
        reach = canvas.right + 1.1
        x = way * (2 * reach * ((turn - lap) * 1.6) - reach)
        if abs(x) < reach:
            foot = KERB + self._bob + 0.050
            canvas.box(x - 0.70, foot - 0.012, x + 0.72, foot + 0.014, (0.05, 0.04, 0.05), 0.75)
            lit = (WALLS[0], (0.75, 0.55, 0.06), (0.05, 0.30, 0.45))[
                int(3 * chance(self.seed, 622, lap))
            ]
            tint = tuple(1.6 * part for part in lit)
            self._tram.draw(canvas, x, foot, 0.085, flip=way < 0, lit=(tint[0], tint[1], tint[2]))

    def _walker(self, slot: int) -> tuple[float, float, int, int]:
        """Return nearness, position across, number and lap of a walker."""
        keys = (self.seed, 630, slot)
        near = 1.05 + 2.6 * chance(*keys, 1) ** 1.6
        way = self._way(slot)
        span = 2 * (self._canvas.right + 0.22 * near)
        pace = (0.060 + 0.035 * chance(*keys, 3)) * near
        at = chance(*keys, 4) * span + way * pace * self._seconds - self._along * near
        lap = math.floor(at / span)
        return near, at - lap * span - span / 2, slot, lap

    def _way(self, slot: int) -> int:
        return 1 if chance(self.seed, 630, slot, 2) < 0.5 else -1

    def _stand(self, near: float) -> tuple[float, float]:
        return KERB + self._bob + 0.16 * (near - 1) + 0.012, 0.083 * near

    def _draw_shadow(self, near: float, x: float) -> None:
        foot, scale = self._stand(near)
        points = [(x - 0.2 * scale, foot), (x + 0.2 * scale, foot - 0.02 * scale)]
        points += [(x + 1.9 * scale, foot + 0.50 * scale), (x + 1.75 * scale, foot + 0.62 * scale)]
        points += [(x + 1.35 * scale, foot + 0.52 * scale)]
        self._canvas.shape(points, (0.008, 0.006, 0.030), 0.8)

    def _draw_walker(self, near: float, x: float, slot: int, lap: int) -> None:
        foot, scale = self._stand(near)
        keys = (self.seed, 631, slot, lap)
        beat = self._seconds * (0.85 + 0.3 * chance(*keys, 1)) + chance(*keys, 2)
        phase = int(PHASES * (beat - math.floor(beat)))
        person = passer(int(PEOPLE * chance(*keys, 3)), phase)
        person.draw(self._canvas, x, foot, scale, flip=self._way(slot) < 0)

    def _draw_pigeons(self) -> None:
        """Draw a flock that rises from the stones, circles, and disappears."""
        canvas = self._canvas
        turn = self._seconds / 6.5 + chance(self.seed, 640)
        lap = math.floor(turn)
        part = turn - lap
        way = 1 if chance(self.seed, 641, lap) < 0.5 else -1
        start = (chance(self.seed, 642, lap) - 0.5) * 1.4 * canvas.right
        for bird in range(round(PIGEONS * self.crowd)):
            keys = (self.seed, 643, lap, bird)
            late = max(0.0, part - 0.18 * chance(*keys, 1)) * 6.5
            x = start + 0.22 * (chance(*keys, 2) - 0.5) + way * (0.10 * late + 0.05 * late**2)
            x += 0.05 * math.sin(2.2 * late + 6.28 * chance(*keys, 3))
            y = 0.30 + 0.14 * (chance(*keys, 4) - 0.5) - (0.16 + 0.12 * chance(*keys, 5)) * late
            if abs(x) > canvas.right + 0.1 or y < -canvas.bottom - 0.1:
                continue
            wing = 0.030 * (0.7 + 0.6 * chance(*keys, 6)) * (1 if late > 0 else 0.4)
            beat = math.sin(15.0 * self._seconds + 6.28 * chance(*keys, 7)) if late > 0 else 0.0
            grey = 0.10 + 0.5 * chance(*keys, 8) ** 3
            colour = (grey, grey, 1.2 * grey)
            body = [
                (x - 0.5 * wing * way, y),
                (x, y - 0.22 * wing),
                (x + 0.6 * wing * way, y - 0.05 * wing),
            ]
            canvas.shape([*body, (x, y + 0.2 * wing)], colour)
            for side in (-1, 1):
                tip = (
                    x - 0.2 * wing * way + 0.25 * side * wing,
                    y - 1.1 * beat * wing - 0.05 * wing,
                )
                canvas.shape([(x - 0.25 * wing, y), (x + 0.25 * wing, y), tip], times(colour, 1.3))


def _stones(rng: np.random.Generator) -> Plane:
    """Paint slabs `(256, 256)` in rows, each of its own shade, 0..1."""
    y, x = np.mgrid[0:256, 0:256]
    row = y // 32
    column = (x + 16 * (row % 2)) % 256 // 32
    shade = rng.random((8, 8))[row, column]
    joint = ((y % 32 < 2) | ((x + 16 * (row % 2)) % 32 < 2)).astype(np.float32)
    grain = 0.10 * tiling(rng, 256, 256, 1.0, 1.0) + 0.10 * tiling(rng, 256, 256, 4.0, 4.0)
    stones: Plane = (0.62 + 0.42 * shade + grain) * (1 - 0.6 * joint)
    soft: Plane = cv2.GaussianBlur(np.clip(stones, 0, 1.4).astype(np.float32), (0, 0), 0.8)
    return soft


def _paint_house(at: Upright, keys: tuple[int, ...], half: float) -> None:
    wall = WALLS[int(8 * chance(*keys, 1))]
    top = 0.52 + 0.26 * chance(*keys, 2)
    wall = times(wall, 0.62)
    at.box(-half, 0, half, top, wall)
    at.box(0.55 * half, 0, half, top, times(wall, 0.72))
    at.box(-half - 0.006, top - 0.022, half + 0.006, top, times(wall, 1.5))
    roof = times((0.30, 0.07, 0.04), 0.7 + 0.6 * chance(*keys, 3))
    gable = [
        (-half - 0.008, top),
        (half + 0.008, top),
        (0.55 * half, top + 0.09),
        (-0.55 * half, top + 0.09),
    ]
    at.shape(gable, roof)
    at.box(-0.3 * half, top + 0.05, -0.1 * half, top + 0.14, times(roof, 0.8))
    panes, floors = 2 + int(2 * chance(*keys, 4)), int((top - 0.23) / 0.115)
    shutter = CLOTHS[int(10 * chance(*keys, 5))]
    for floor in range(floors):
        low = 0.23 + 0.115 * floor
        for pane in range(panes):
            x = -half + 2 * half * (pane + 0.5) / panes
            wide = 0.30 * half / panes * 2
            at.box(x - wide, low, x + wide, low + 0.075, (0.75, 0.72, 0.65))
            sky = 0.25 + 0.9 * chance(*keys, 6, floor, pane)
            at.box(
                x - 0.82 * wide,
                low + 0.006,
                x + 0.82 * wide,
                low + 0.069,
                times((0.012, 0.040, 0.085), 1.6 * sky),
            )
            at.box(x - 0.06 * wide, low + 0.006, x + 0.06 * wide, low + 0.069, (0.7, 0.66, 0.6))
            for side in (-1, 1):
                at.box(
                    x + side * 1.3 * wide - 0.3 * wide,
                    low,
                    x + side * 1.3 * wide + 0.3 * wide,
                    low + 0.075,
                    shutter,
                )
            if chance(*keys, 7, floor, pane) < 0.4:
                for flower in range(5):
                    petal = CLOTHS[int(3 * chance(*keys, 8, floor, pane, flower))]
                    spot = x + wide * (flower - 2) * 0.42
                    at.box(spot - 0.006, low - 0.012, spot + 0.006, low + 0.004, petal)
                at.box(x - wide, low - 0.018, x + wide, low - 0.010, (0.05, 0.16, 0.04))
    at.box(-0.9 * half, 0, 0.9 * half, 0.135, (0.006, 0.005, 0.012))
    for ware in range(9):
        x = -0.82 * half + 1.64 * half * ware / 8
        high = 0.03 + 0.06 * chance(*keys, 9, ware)
        at.box(
            x - 0.07 * half,
            0.012,
            x + 0.07 * half,
            high,
            times(CLOTHS[int(10 * chance(*keys, 10, ware))], 0.7),
        )
    at.box(0.30 * half, 0, 0.62 * half, 0.125, times(shutter, 0.5))
    at.box(-half, 0.165, half, 0.198, times(CLOTHS[int(10 * chance(*keys, 13))], 0.6))
    for letter in range(9):
        if chance(*keys, 14, letter) < 0.85:
            x = -0.7 * half + 1.4 * half * letter / 8
            at.box(
                x - 0.05 * half,
                0.173,
                x + 0.05 * half,
                0.173 + 0.017 * (0.5 + 0.5 * chance(*keys, 15, letter)),
                (0.9, 0.85, 0.7),
            )
    awning = CLOTHS[int(7 * chance(*keys, 11))]
    stripes = 9
    for stripe in range(stripes):
        a, b = (-half + 2 * half * (stripe + add) / stripes for add in (0, 1))
        colour = awning if stripe % 2 else (0.85, 0.80, 0.70)
        at.shape([(a, 0.166), (b, 0.166), (1.06 * b, 0.118), (1.06 * a, 0.118)], colour)
        at.shape(
            [(1.06 * a, 0.118), (1.06 * b, 0.118), (0.53 * (a + b), 0.100)], times(colour, 0.8)
        )


def _paint_tram(canvas: Canvas) -> None:
    at = Upright(canvas, 0.0, canvas.bottom - 10 / 36, 1.0)
    for x in (-6.2, -4.6, 4.6, 6.2):
        at.shape(
            [(x + 0.36 * math.cos(k), 0.34 + 0.36 * math.sin(k)) for k in _TURNS],
            (0.01, 0.01, 0.012),
        )
    body = [
        (-8.2, 0.35),
        (8.2, 0.35),
        (8.35, 1.6),
        (8.1, 3.0),
        (7.6, 3.3),
        (-7.6, 3.3),
        (-8.1, 3.0),
        (-8.35, 1.6),
    ]
    at.shape(body, (0.62, 0.62, 0.62))
    at.box(-8.3, 1.15, 8.3, 1.32, (1.1, 1.05, 0.95))
    at.box(-7.7, 3.05, 7.7, 3.3, (0.85, 0.82, 0.75))
    for pane in range(9):
        x = -7.2 + 1.8 * pane
        door = pane in (2, 6)
        low = 0.5 if door else 1.55
        at.box(x - 0.72, low, x + 0.72, 2.85, (0.03, 0.05, 0.08))
        at.shape(
            [(x - 0.2, low), (x + 0.2, low), (x + 0.66, 2.85), (x + 0.3, 2.85)], (0.10, 0.15, 0.22)
        )
        if not door:
            head = [(x - 0.25 + 0.16 * math.cos(k), 1.85 + 0.2 * math.sin(k)) for k in _TURNS]
            at.shape(head, (0.25, 0.13, 0.08))
            at.box(x - 0.45, 1.55, x - 0.05, 1.72, CLOTHS[pane % 10])
    at.line(0.5, 3.3, 1.4, 3.95, 0.07, (0.03, 0.03, 0.03))
    at.line(1.4, 3.95, 0.2, 4.0, 0.07, (0.03, 0.03, 0.03))


_TURNS = [2 * math.pi * k / 18 for k in range(18)]
