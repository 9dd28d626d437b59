"""A wood on fire at night, walked along: flames behind the trunks, sparks, smoke, a cold sky."""

from __future__ import annotations

import math

import cv2
import numpy as np

from artengine.api import Picture, Size

from .canvas import Canvas, Colour, Plane, times
from .chance import chance, wander
from .cutout import Backdrop
from .lens import Lens
from .noise import tiling
from .scene import Scene

TILE = 256
SPARKS = 420
PACE = 0.085
"""How fast the nearest trees go past, in units a second."""

BLACK: Colour = (0.0012, 0.0010, 0.0012)
STAGES = ((0.35, 8.0, 0.15, 0.62), (0.62, 5.0, 0.27, 0.80))
"""Where flames stand: their share of the pace, tongues to a unit, foot, and height."""


class Fire(Scene):
    """Fire climbs and falls back between black trees, and throws sparks into a blue night."""

    def __init__(self, size: Size, seed: int, crowd: float, sway: float) -> None:
        super().__init__(size, seed, crowd, sway)
        self._canvas = canvas = Canvas(size)
        self._lens = Lens(size, grain=0.0005)
        rng = np.random.default_rng((seed, 300))
        self._boil = tiling(rng, TILE, TILE, 9, 6) + 0.55 * tiling(rng, TILE, TILE, 4, 2.6)
        self._boil += 0.30 * tiling(rng, TILE, TILE, 1.8, 1.3)
        self._smoke = tiling(rng, TILE, TILE, 14, 18) + 0.5 * tiling(rng, TILE, TILE, 4, 6)
        self._heat = _heat()
        shrink = min(1.0, 256 / canvas.unit)
        self._soft = max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
        width, height = self._soft
        x = np.linspace(-canvas.right, canvas.right, width, dtype=np.float32)
        y = np.linspace(-canvas.bottom, canvas.bottom, height, dtype=np.float32)
        self._x, self._y = np.meshgrid(x, y)
        self._woods = [
            Backdrop(lambda at, k=layer: self._paint_wood(at, k), canvas, 3.0, 1.5)  # type: ignore[misc]
            for layer in range(3)
        ]
        count = round(SPARKS * crowd)
        self._sparks = rng.random((count, 5))

    def draw(self, seconds: float) -> Picture:
        """See `Scene.draw`."""
        canvas = self._canvas
        self._seconds = seconds
        self._along = PACE * seconds + 0.10 * self.sway * math.sin(0.43 * seconds)
        self._bob = 0.012 * self.sway * math.sin(1.1 * seconds)
        # The fire breathes: it flares up and sinks, as a whole and here and there.
        self._breath = 0.75 + 0.5 * wander(0.55 * seconds, self.seed, 301)
        light = self._sky()
        self._add_flames(light, 0)
        whole = cv2.resize(light, (canvas.width, canvas.height), interpolation=cv2.INTER_LINEAR)
        canvas.light[:] = whole.reshape(canvas.light.shape)
        glow = 0.7 + 0.5 * wander(2.3 * seconds, self.seed, 302)
        self._woods[0].draw(0.35 * self._along + 1.0, 0.24 + self._bob, times((1, 1, 1), glow))
        front = np.zeros_like(light)
        self._add_flames(front, 1)
        whole = cv2.resize(front, (canvas.width, canvas.height), interpolation=cv2.INTER_LINEAR)
        canvas.light += whole.reshape(canvas.light.shape)
        self._woods[1].draw(0.62 * self._along, 0.36 + self._bob, times((1, 1, 1), glow))
        self._draw_floor()
        self._draw_sparks()
        self._woods[2].draw(1.15 * self._along + 2.0, 0.60 + 1.5 * self._bob)
        return self._lens.develop(canvas, seconds, halo=(0.10, 0.09))

    def _sky(self) -> Plane:
        """The night, and smoke that the fire lights from below, on the soft grid."""
        x, y, now = self._x, self._y, self._seconds
        up = np.clip((0.2 - y) / 0.7, 0, 1.5)
        smoke = _wrapped(self._smoke, (x + 0.2 * self._along) * 90, y * 70 + 13.0 * now)
        smoke = np.clip(0.45 + 0.55 * smoke, 0, 1.6) * np.exp(-1.1 * up) * self._breath
        night = 0.35 + 0.65 * up
        sky: Plane = cv2.merge(
            (0.003 + 0.13 * smoke, 0.016 * night + 0.016 * smoke, 0.085 * night + 0.006 * smoke)
        )
        return sky.reshape(*x.shape, 3)

    def _add_flames(self, light: Plane, stage: int) -> None:
        share, tongues, foot, height = STAGES[stage]
        x, y, now = self._x, self._y, self._seconds
        gone = x + share * self._along
        low = np.clip((foot + 0.10 - y) / height, 0, None)
        rush = 42.0 + 16.0 * stage
        sway = 6.0 * np.sin(9 * y + 1.9 * now + 5 * gone) * low
        boil = _wrapped(self._boil, gone * 22 * tongues + sway, y * 84 + rush * now)
        # How high it burns here: a slow line of chance along the wood.
        columns = gone[0]
        reach = np.array([wander(float(c) * 2.6 + 0.28 * now, 303, stage) for c in columns[::4]])
        reach = np.interp(np.arange(len(columns)), np.arange(len(reach)) * 4, reach)
        reach = (0.28 + 0.95 * reach) * self._breath
        burn = (
            0.74
            - low / reach.astype(np.float32)[None, :]
            + 0.42 * boil * np.minimum(1, 0.35 + 5 * low)
        )
        burn *= np.clip((foot + 0.14 - y) / 0.05, 0, 1)
        step = np.clip(burn * 200, 0, 255).astype(np.uint8)
        light += self._heat[step]

    def _draw_floor(self) -> None:
        """Ash with glowing seams, in perspective, from the second row of trees to the camera."""
        canvas = self._canvas
        first = int(np.sum(canvas.y < 0.355 + self._bob))
        rows = canvas.height - first
        if rows < 1:
            return
        small = max(1, canvas.width // 2), max(1, rows // 2)
        x = np.linspace(-canvas.right, canvas.right, small[0], dtype=np.float32)[None, :]
        y = np.linspace(0.0, canvas.bottom - 0.355, small[1], dtype=np.float32)[:, None]
        near = y + 0.10
        texel_x = 70 * x / near**0.5 + self._along * 220 + 0 * y
        seams = np.abs(_wrapped(self._boil, texel_x, -90 * np.log(near) + 0 * x))
        glow = wander(1.6 * self._seconds, self.seed, 304)
        hot = np.clip(0.30 + 0.16 * glow - seams, 0, 1) * np.exp(-y / 0.10)
        ash = 0.004 + 0.060 * np.exp(-y / 0.035) + 0 * x
        floor = cv2.merge((ash + 3.2 * hot, 0.25 * ash + 0.55 * hot, 0.10 * ash + 0.05 * hot))
        whole = cv2.resize(floor.astype(np.float32), (canvas.width, rows))
        canvas.light[first:] = whole.reshape(rows, canvas.width, 3)

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
        """Trunks with branches, undergrowth and glowing wounds, black against the fire."""
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


def _wrapped(tile: Plane, x: Plane, y: Plane) -> Plane:
    found: Plane = cv2.remap(
        tile,
        x.astype(np.float32),
        y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    )
    return found.reshape(x.shape)


def _heat() -> Plane:
    """Light `(256, 3)` of a flame by its heat: nothing, red, orange, yellow, near white."""
    heat = np.linspace(0, 1.28, 256)
    red = 1.5 * np.clip(heat / 0.75, 0, 1) ** 1.8
    green = 0.75 * np.clip((heat - 0.30) / 0.85, 0, 1) ** 1.9
    blue = 0.30 * np.clip((heat - 0.90) / 0.38, 0, 1) ** 1.5
    light: Plane = np.stack([red, green, blue], axis=-1).astype(np.float32)
    return light
