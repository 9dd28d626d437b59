"""A wood on fire at night, walked along: flames behind the trunks, sparks, smoke, a cold sky."""

from __future__ import annotations

import math

import cv2
import numpy as np

from artengine.api import Picture, Size

from .canvas import Canvas, tint
from .chance import chance, wander
from .cutout import Backdrop
from .lens import Lens
from .light import Colour, Plane
from .noise import tiling
from .planes import enlarged, held
from .scene import Scene
from .tile import Tile

TILE = 256
SPARKS = 420
PACE = 0.085
"""Speed of the nearest trees, in units a second."""

BLACK: Colour = (0.0012, 0.0010, 0.0012)
STAGES = ((0.35, 8.0, 0.15, 0.62), (0.62, 5.0, 0.27, 0.80))
"""Rows of flames: share of the pace, tongues per unit, foot, and height."""


class Fire(Scene):
    """Fire climbs and falls back between black trees, and throws sparks into a blue night."""

    def __init__(self, size: Size, seed: int, crowd: float, sway: float) -> None:
        super().__init__(size, seed, crowd, sway)
        self._canvas = canvas = Canvas(size)
        self._lens = Lens(size, grain=0.0005)
        rng = np.random.default_rng((seed, 300))
        boil = tiling(rng, TILE, TILE, 9, 6) + 0.55 * tiling(rng, TILE, TILE, 4, 2.6)
        boil += 0.30 * tiling(rng, TILE, TILE, 1.8, 1.3)
        self._boil = Tile(boil)
        smoke = tiling(rng, TILE, TILE, 14, 18) + 0.5 * tiling(rng, TILE, TILE, 4, 6)
        self._heat = _heat()
        shrink = min(1.0, 256 / canvas.unit)
        width, height = max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
        x: Plane = np.linspace(-canvas.right, canvas.right, width, dtype=np.float32)[None, :]
        y: Plane = np.linspace(-canvas.bottom, canvas.bottom, height, dtype=np.float32)[:, None]
        self._x, self._y = x, y
        self._lay_sky(Tile(smoke))
        self._woods = [
            Backdrop(lambda at, k=layer: self._paint_wood(at, k), canvas, 3.0, 1.5)  # type: ignore[misc]
            for layer in range(3)
        ]
        count = round(SPARKS * crowd)
        self._sparks = rng.random((count, 5))

    def draw(self, seconds: float) -> Picture:
        """Draw the picture; see `Scene.draw`."""
        canvas = self._canvas
        self._seconds = seconds
        self._along = PACE * seconds + 0.10 * self.sway * math.sin(0.43 * seconds)
        self._bob = 0.012 * self.sway * math.sin(1.1 * seconds)
        # The fire flares up and dies down, as a whole and locally.
        self._breath = 0.75 + 0.5 * wander(0.55 * seconds, self.seed, 301)
        light = self._sky()
        self._add_flames(light, 0)
        canvas.fill(light)
        glow = 0.7 + 0.5 * wander(2.3 * seconds, self.seed, 302)
        self._woods[0].draw(0.35 * self._along + 1.0, 0.24 + self._bob, glow)
        front = np.zeros_like(light)
        self._add_flames(front, 1)
        canvas.light += enlarged(front, (canvas.width, canvas.height))
        self._woods[1].draw(0.62 * self._along, 0.36 + self._bob, glow)
        self._draw_floor()
        self._draw_sparks()
        self._woods[2].draw(1.15 * self._along + 2.0, 0.60 + 1.5 * self._bob)
        return self._lens.develop(canvas, seconds, halo=(0.10, 0.09))

    def _lay_sky(self, smoke: Tile) -> None:
        """Compute the constant parts of the night and its smoke, on the soft grid."""
        x, y = self._x, self._y
        self._smoke = smoke.seen_from(90 * x, 70 * y)
        up: Plane = np.clip((0.2 - y) / 0.7, 0, 1.5)
        self._thin: Plane = np.exp(-1.1 * up).astype(np.float32)
        night = (0.35 + 0.65 * up) * np.ones_like(x)
        self._night: Plane = np.dstack((0 * night + 0.003, 0.016 * night, 0.085 * night))
        self._night = self._night.astype(np.float32)

    def _sky(self) -> Plane:
        """Draw the night, and smoke lit by the fire from below, on the soft grid."""
        smoke = self._smoke(18 * self._along, 13.0 * self._seconds)
        smoke *= np.float32(0.55)
        smoke += np.float32(0.45)
        held(smoke, 0, 1.6)
        smoke *= self._thin * np.float32(self._breath)
        sky = tint(smoke, (0.13, 0.016, 0.006))
        sky += self._night
        return sky

    def _add_flames(self, light: Plane, stage: int) -> None:
        share, tongues, foot, height = STAGES[stage]
        now, y = self._seconds, self._y
        gone: Plane = self._x + np.float32(share * self._along)
        low: Plane = np.maximum((np.float32(foot + 0.10) - y) / np.float32(height), np.float32(0))
        rush = 42.0 + 16.0 * stage
        # The sine of a sum of a row and a column.
        across, down = 5 * gone, 9 * y + np.float32(1.9 * now % (2 * math.pi))
        texel_x: Plane = (6 * np.sin(down) * low) * np.cos(across)
        texel_x += (6 * np.cos(down) * low) * np.sin(across)
        texel_x += np.float32(22 * tongues) * gone
        burn = self._boil.at(texel_x, 84 * y + np.float32(rush * now % TILE))
        burn *= np.float32(0.42) * np.minimum(np.float32(1), np.float32(0.35) + 5 * low)
        burn -= low * (1 / self._reach(gone[0], stage))
        burn += np.float32(0.74)
        burn *= 200 * np.clip((np.float32(foot + 0.14) - y) / np.float32(0.05), 0, 1)
        step: Plane = held(burn, 0, 255).astype(np.uint8)
        hot: Plane = cv2.LUT(cv2.cvtColor(step, cv2.COLOR_GRAY2BGR), self._heat)
        light += hot.reshape(light.shape)

    def _reach(self, columns: Plane, stage: int) -> Plane:
        """Return the height of the fire in each column: slow noise along the wood."""
        at: Plane = 2.6 * columns[::4].astype(np.float64) + 0.28 * self._seconds
        first, last = math.floor(at[0]), math.floor(at[-1])
        line = np.array([chance(303, stage, cell) for cell in range(first, last + 2)])
        cell = np.floor(at).astype(np.int64) - first
        part = at - np.floor(at)
        part *= part * (3.0 - 2.0 * part)
        reach = line[cell] * (1.0 - part) + line[cell + 1] * part
        reach = np.interp(np.arange(len(columns)), np.arange(len(reach)) * 4, reach)
        high: Plane = ((0.28 + 0.95 * reach) * self._breath).astype(np.float32)
        return high

    def _draw_floor(self) -> None:
        """Draw ash with glowing seams, in perspective, from the second row of trees on."""
        canvas = self._canvas
        first = int(np.sum(canvas.y < 0.355 + self._bob))
        rows = canvas.height - first
        if rows < 1:
            return
        small = max(1, canvas.width // 2), max(1, rows // 2)
        x: Plane = np.linspace(-canvas.right, canvas.right, small[0], dtype=np.float32)[None, :]
        y: Plane = np.linspace(0.0, canvas.bottom - 0.355, small[1], dtype=np.float32)[:, None]
        near: Plane = y + np.float32(0.10)
        texel_x: Plane = x * (70 / np.sqrt(near))
        texel_x += np.float32(self._along * 220 % TILE)
        hot = self._boil.at(texel_x, -90 * np.log(near))
        np.abs(hot, out=hot)
        glow = wander(1.6 * self._seconds, self.seed, 304)
        np.subtract(np.float32(0.30 + 0.16 * glow), hot, out=hot)
        held(hot, 0, 1)
        hot *= np.exp(y / np.float32(-0.10))
        ash: Plane = np.float32(0.060) * np.exp(y / np.float32(-0.035)) + np.float32(0.004)
        floor = tint(hot, (3.2, 0.55, 0.05))
        floor += ash[:, :, None] * np.array((1.0, 0.25, 0.10), np.float32)
        canvas.light[first:] = enlarged(floor, (canvas.width, rows))

    def _draw_sparks(self) -> None:
        canvas, now = self._canvas, self._seconds
        if not len(self._sparks):
            return
        at_x, start, pace, wild, size = self._sparks.T
        life = start + now * (0.22 + 0.5 * pace)
        lap = np.floor(life)
        age = life - lap
        span = 2 * canvas.right + 0.4
        x = (at_x + lap * 0.7548776662) % 1.0 * span
        x = np.mod(x - self._along * (0.5 + 0.6 * size), span) - span / 2
        x += (0.03 + 0.10 * age) * np.sin(6.28 * wild + (2.0 + 3.0 * wild) * now * 0.9 + 5 * age)
        y = 0.36 - (0.5 + 0.7 * size) * age**0.8 + 0.02 * np.sin(7 * now + 40 * wild)
        heat = np.clip(1.15 - age, 0, 1) * (
            0.6 + 0.4 * np.sin(17 * now * (0.5 + wild) + 40 * start)
        )
        heat *= np.clip(age / 0.06, 0, 1)
        colour = np.stack([heat * 3.4, heat**2 * 1.25, heat**3 * 0.30], axis=-1)
        near = size > 0.93
        radius = np.where(near, 0.0065, 0.0011 + 0.0017 * size)
        canvas.sparks(x, y, radius, colour * np.where(near, 0.5, 1.0)[:, None])

    def _paint_wood(self, canvas: Canvas, layer: int) -> None:
        """Draw trunks with branches, undergrowth and glowing wounds, black against the fire."""
        ground = canvas.bottom
        count, thick = ((26, 0.016), (13, 0.034), (6, 0.085))[layer]
        for tree in range(count):
            keys = (self.seed, 310, layer, tree)
            middle = -1.5 + 3.0 * (tree + 0.7 * chance(*keys, 1)) / count
            for lap in (-3.0, 0.0, 3.0):
                _paint_tree(canvas, middle + lap, ground, thick, keys)
        tufts = (150, 110, 60)[layer]
        tall = (0.035, 0.06, 0.12)[layer]
        for tuft in range(tufts):
            x = -1.5 + 3.0 * tuft / tufts
            high = tall * (0.4 + 0.9 * chance(self.seed, 311, layer, tuft))
            lean = 0.6 * high * (chance(self.seed, 312, layer, tuft) - 0.5)
            wide = 2.2 / tufts
            canvas.shape([(x - wide, ground), (x + lean, ground - high), (x + wide, ground)], BLACK)
        for ember in range((60, 50, 30)[layer]):
            x = -1.5 + 3.0 * chance(self.seed, 313, layer, ember)
            deep = tall * 0.5 * chance(self.seed, 314, layer, ember)
            hot = chance(self.seed, 315, layer, ember)
            canvas.glow(x, ground - deep, 0.002 + 0.1 * thick * hot, (1.8 * hot, 0.30 * hot, 0.02))


def _paint_tree(
    canvas: Canvas, x: float, ground: float, thick: float, keys: tuple[int, ...]
) -> None:
    if abs(x) > canvas.right + 0.6:
        return
    wide = thick * (0.5 + 0.8 * chance(*keys, 2))
    lean = 0.16 * (chance(*keys, 3) - 0.5)
    top = ground - 1.6
    trunk = [(x - 0.8 * wide, ground), (x - 0.5 * wide, ground - 0.12)]
    trunk += [(x + lean - 0.32 * wide, top), (x + lean + 0.32 * wide, top)]
    trunk += [(x + 0.5 * wide, ground - 0.12), (x + 0.8 * wide, ground)]
    canvas.shape(trunk, BLACK)
    # One side of each trunk faces the flames.
    side = 1 if chance(*keys, 4) < 0.5 else -1
    rim: Colour = (0.60, 0.13, 0.012)
    canvas.segment(
        x + side * 0.45 * wide, ground - 0.12, x + lean + side * 0.30 * wide, top, 0.07 * wide, rim
    )
    for branch in range(7):
        high = 0.20 + 1.15 * chance(*keys, 5, branch)
        way = 1 if chance(*keys, 6, branch) < 0.5 else -1
        long = (1.6 + 4.5 * chance(*keys, 7, branch)) * wide + 0.02
        from_x, from_y = x + lean * high / 1.6, ground - high
        bend_x, bend_y = from_x + way * 0.6 * long, from_y - 0.25 * long
        tip = (bend_x + way * 0.4 * long, bend_y - 0.55 * long)
        canvas.segment(from_x, from_y, bend_x, bend_y, 0.20 * wide, BLACK)
        canvas.segment(bend_x, bend_y, *tip, 0.11 * wide, BLACK)
        twig = (bend_x + way * 0.15 * long, bend_y + 0.30 * long)
        canvas.segment(bend_x, bend_y, *twig, 0.07 * wide, BLACK)
    for wound in range(5):
        if chance(*keys, 8, wound) < 0.55:
            high = 0.03 + 0.30 * chance(*keys, 9, wound) ** 2
            at = x + wide * 0.5 * (chance(*keys, 10, wound) - 0.5)
            canvas.segment(
                at, ground - high, at, ground - high - 0.8 * wide, 0.09 * wide, (1.9, 0.34, 0.02)
            )


def _heat() -> Plane:
    """Return light `(256, 1, 3)` of a flame by heat: none, red, orange, yellow, near white."""
    heat = np.linspace(0, 1.28, 256)
    red = 1.5 * np.clip(heat / 0.75, 0, 1) ** 1.8
    green = 0.75 * np.clip((heat - 0.30) / 0.85, 0, 1) ** 1.9
    blue = 0.30 * np.clip((heat - 0.90) / 0.38, 0, 1) ** 1.5
    light: Plane = np.stack([red, green, blue], axis=-1).astype(np.float32)
    return light[:, None]
