"""A village in falling snow under northern lights, passed on a sledge."""

from __future__ import annotations

import math

import cv2
import numpy as np

from artengine.api import Picture, Size

from .canvas import Canvas, times, tint
from .chance import chance, wander
from .cutout import Backdrop
from .lens import Lens
from .light import Colour, Plane
from .noise import tiling
from .scene import Scene
from .tile import Tile
from .upright import Upright

FLAKES = 620
PACE = 0.16
"""Speed of the nearest firs, in units a second."""

WORLD = 3.2
"""Width of the backdrop before it repeats, in units."""

WALLS: tuple[Colour, ...] = (
    (0.16, 0.016, 0.012),
    (0.13, 0.065, 0.010),
    (0.016, 0.050, 0.085),
    (0.060, 0.020, 0.050),
    (0.018, 0.060, 0.030),
)
PANES: tuple[Colour, ...] = (
    (2.4, 1.15, 0.25),
    (2.2, 0.75, 0.12),
    (1.2, 1.3, 0.9),
    (2.0, 0.35, 0.3),
)
SNOW: Colour = (0.070, 0.115, 0.28)


class Snow(Scene):
    """Lit houses, a church and firs under snow; curtains of green and violet light wave above."""

    def __init__(self, size: Size, seed: int, crowd: float, sway: float) -> None:
        super().__init__(size, seed, crowd, sway)
        self._canvas = canvas = Canvas(size)
        self._lens = Lens(size, grain=0.0005)
        rng = np.random.default_rng((seed, 400))
        self._folds = Tile(tiling(rng, 64, 512, 6, 5) + 0.5 * tiling(rng, 64, 512, 3, 1.8))
        shrink = min(1.0, 144 / canvas.unit)
        width, height = max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
        x: Plane = np.linspace(-canvas.right, canvas.right, width, dtype=np.float32)[None, :]
        y: Plane = np.linspace(-canvas.bottom, canvas.bottom, height, dtype=np.float32)[:, None]
        self._x, self._y = x, y
        up = np.clip((0.05 - y) / 0.6, 0, 1.3) * np.ones_like(x)
        self._night: Plane = np.dstack(
            (0.006 + 0.07 * np.exp(-up / 0.16), 0 * up + 0.008, 0.055 - 0.02 * up)
        ).astype(np.float32)
        self._ridge = Backdrop(self._paint_ridge, canvas, WORLD, 0.42)
        self._village = Backdrop(self._paint_village, canvas, WORLD, 0.52)
        self._firs = Backdrop(self._paint_firs, canvas, WORLD, 1.15)
        self._ground = self._paint_ground(rng)
        self._flakes = rng.random((round(FLAKES * crowd), 5))
        self._stars = rng.random((160, 3))

    def draw(self, seconds: float) -> Picture:
        """Draw the picture; see `Scene.draw`."""
        canvas = self._canvas
        self._seconds = seconds
        self._along = PACE * seconds + 0.10 * self.sway * math.sin(0.33 * seconds)
        bob = 0.008 * self.sway * math.sin(1.3 * seconds)
        self._draw_sky()
        self._ridge.draw(0.15 * self._along, 0.10 + 0.5 * bob)
        flicker = 0.93 + 0.07 * math.sin(2.2 * seconds)
        self._lay_ground()
        self._village.draw(0.5 * self._along, 0.20 + bob, flicker)
        self._draw_lamps(bob)
        self._draw_flakes(near=False)
        self._firs.draw(self._along, 0.62 + 1.4 * bob)
        canvas.light += self._lens.halo(canvas, 0.11, 0.08)
        self._draw_flakes(near=True)
        return self._lens.develop(canvas, seconds)

    # Far away.

    def _draw_sky(self) -> None:
        canvas, now = self._canvas, self._seconds
        x, y = self._x, self._y
        shines: Plane = np.zeros((y.size, x.size), np.float32)
        violets: Plane = np.zeros_like(shines)
        for curtain in range(3):
            # A curtain hangs from a wandering line; its folds shine where they are seen edge on.
            keys = (self.seed, 401, curtain)
            drift: Plane = x + np.float32(0.12 * self._along)
            drift += np.float32(0.10) * np.sin(2.4 * x + np.float32(0.31 * now + 2 * curtain))
            hem: Plane = np.float32(-0.05) * np.sin(3.1 * drift + np.float32(0.37 * now + curtain))
            hem -= np.float32(0.025) * np.sin(8.0 * drift - np.float32(0.6 * now))
            hem += np.float32(-0.06 - 0.11 * curtain)
            shine = self._folds.at(
                drift * 95 + np.float32(300 * curtain + 5.0 * now),
                y * 5 + np.float32(2.2 * now + 20 * curtain),
            )
            shine *= np.float32(0.60)
            shine += np.float32(0.40)
            high = 0.16 + 0.10 * wander(0.3 * now, *keys, 1)
            power = (0.30 + 0.95 * wander(0.21 * now, *keys, 2)) * (
                0.55 + 0.45 * math.sin(0.2 * now + 2.1 * curtain) ** 2
            )
            above: Plane = np.maximum(hem - y, np.float32(0))
            # It is dark below the hem and fades with the height above it.
            fades = np.exp(above * np.float32(-1 / high))
            fades *= np.minimum(above * np.float32(power / 0.02), np.float32(power))
            shine = np.maximum(shine, np.float32(0), out=shine)
            shine *= fades
            above *= np.float32(0.5 / high)
            shines += shine
            shine *= np.minimum(above, np.float32(1), out=above)
            violets += shine
        sky = tint(shines, (0.02, 0.62, 0.28))
        sky += tint(violets, (0.55, -0.58, 0.50))
        sky += self._night
        canvas.fill(sky)
        twinkle = 0.5 + 0.5 * np.sin(3.0 * now * (0.5 + self._stars[:, 2]) + 60 * self._stars[:, 2])
        star_x = (self._stars[:, 0] - 0.5) * (2 * canvas.right)
        star_y = -0.05 - (canvas.bottom - 0.05) * self._stars[:, 1]
        light = (0.25 + 0.6 * twinkle)[:, None] * (0.8, 0.9, 1.0)
        canvas.sparks(star_x, star_y, np.full(len(star_x), 0.0012), light)

    def _paint_ridge(self, canvas: Canvas) -> None:
        x = np.linspace(-WORLD / 2, WORLD / 2, 320)
        turn = 2 * math.pi * x / WORLD
        for back, colour in ((1, (0.030, 0.042, 0.110)), (0, (0.012, 0.018, 0.050))):
            line: Plane = np.zeros_like(x)
            for wave in range(1, 26):
                line += np.abs(
                    np.sin(0.5 * wave * turn * 2 + 6.28 * chance(self.seed, 410, back, wave))
                ) / (wave**1.15)
            line = 0.05 + 0.075 * back + 0.055 * line
            outline = [(-WORLD / 2, canvas.bottom), *zip(x, canvas.bottom - line, strict=True)]
            canvas.shape([*outline, (WORLD / 2, canvas.bottom)], colour)
            if back:
                # Snow lies at the top, with a ragged lower edge.
                edge = np.minimum(line, 0.19 + 0.03 * np.sin(60 * turn) * np.sin(23 * turn))
                both = [*zip(x, canvas.bottom - line, strict=True)]
                both += [*zip(x[::-1], canvas.bottom - edge[::-1], strict=True)]
                canvas.shape(both, (0.10, 0.14, 0.30))

    # The village.

    def _paint_village(self, canvas: Canvas) -> None:
        slots = 13
        for slot in range(slots):
            keys = (self.seed, 420, slot)
            x = -WORLD / 2 + WORLD * (slot + 0.5 + 0.3 * (chance(*keys, 1) - 0.5)) / slots
            scale = 0.021 * (0.75 + 0.6 * chance(*keys, 2))
            sink = 0.035 * chance(*keys, 3)
            for lap in (-WORLD, 0.0, WORLD):
                if abs(x + lap) > canvas.right + 0.3:
                    continue
                at = Upright(canvas, x + lap, canvas.bottom - 0.03 - 0.04 + sink, scale)
                if slot == 4:
                    _paint_church(at)
                elif chance(*keys, 4) < 0.25:
                    for tree in range(3):
                        place = Upright(canvas, x + lap + 0.05 * tree - 0.05, at.foot, 0.6 * scale)
                        _paint_fir(place, (*keys, tree), (0.014, 0.040, 0.040))
                else:
                    _paint_house(at, keys, self.crowd)
        # Snow drifts at the foot of the houses.
        along = np.linspace(-WORLD / 2, WORLD / 2, 160)
        turn = 2 * math.pi * along / WORLD
        heap = 0.050 + 0.012 * np.sin(5 * turn) + 0.009 * np.sin(13 * turn + 1)
        bank = [(-WORLD / 2, canvas.bottom), *zip(along, canvas.bottom - heap, strict=True)]
        canvas.shape([*bank, (WORLD / 2, canvas.bottom)], times(SNOW, 0.75))

    def _draw_lamps(self, bob: float) -> None:
        """Draw street lamps, and people with lanterns who walk the village street."""
        canvas, now = self._canvas, self._seconds
        for lamp in range(8):
            at = WORLD * lamp / 8 - 0.5 * 1.12 * self._along
            x = at - WORLD * math.floor(at / WORLD) - WORLD / 2
            if abs(x) > canvas.right + 0.2:
                continue
            place = Upright(canvas, x, 0.21 + bob, 0.026)
            place.line(0, 0, 0, 3.4, 0.12, (0.004, 0.004, 0.008))
            place.light(0, 3.5, 0.30, (4.0, 2.0, 0.5))
            place.light(0, 3.0, 2.0, (0.30, 0.13, 0.02))
            place.light(0, -0.3, 2.4, (0.50, 0.20, 0.03), radius_y=0.6)
        for walker in range(round(7 * self.crowd)):
            keys = (self.seed, 430, walker)
            way = 1 if chance(*keys, 1) < 0.5 else -1
            near = 0.028 + 0.022 * chance(*keys, 2)
            span = 2 * canvas.right + 0.4
            at = (
                chance(*keys, 3) * span
                + way * 0.05 * now * near / 0.03
                - 0.5 * self._along * near / 0.028
            )
            lap = math.floor(at / span)
            x = at - lap * span - span / 2
            place = Upright(canvas, x, 0.16 + 2.2 * near + bob, near)
            coat = WALLS[int(5 * chance(*keys, 4, lap))]
            step = 5.0 * now + 6.28 * chance(*keys, 5)
            rise = 0.04 * abs(math.sin(step))
            for leg in (0.0, math.pi):
                place.line(
                    0, 0.85 + rise, 0.32 * math.sin(step + leg), 0.02, 0.17, (0.005, 0.005, 0.01)
                )
            place.shape(
                [(-0.30, 0.7), (0.30, 0.7), (0.2, 1.5 + rise), (-0.2, 1.5 + rise)], times(coat, 2.2)
            )
            place.light(0, 1.72 + rise, 0.13, (0.5, 0.3, 0.2))
            place.light(way * 0.5, 0.9 + rise, 0.15, (4.5, 2.2, 0.5), least=0.002)
            place.light(way * 0.5, 0.5, 1.2, (0.45, 0.20, 0.03))

    # The snow.

    def _paint_ground(self, rng: np.random.Generator) -> Plane:
        canvas = self._canvas
        down = np.clip((canvas.y - 0.08) / 0.5, 0, 1.3)[:, None]
        shape = (max(2, canvas.height // 4), max(2, canvas.width // 4))
        lumps = cv2.resize(
            cv2.GaussianBlur(rng.standard_normal((48, 96), np.float32), (0, 0), 2.0), shape[::-1]
        )
        lumps = cv2.resize(lumps, (canvas.width, canvas.height)).reshape(
            canvas.height, canvas.width
        )
        shade = (0.75 + 0.8 * lumps) * (0.9 - 0.75 * down)
        ground: Plane = np.dstack([part * shade for part in SNOW]).astype(np.float32)
        self._first = int(np.sum(canvas.y < 0.09))
        return ground

    def _lay_ground(self) -> None:
        shine = 0.85 + 0.15 * math.sin(0.4 * self._seconds)
        ground = self._ground[self._first :]
        np.multiply(ground, np.float32(shine), out=self._canvas.light[self._first :])

    def _paint_firs(self, canvas: Canvas) -> None:
        for tree in range(5):
            keys = (self.seed, 440, tree)
            x = -WORLD / 2 + WORLD * (tree + 0.8 * chance(*keys, 1)) / 5
            scale = 0.030 + 0.055 * chance(*keys, 2) ** 2
            for lap in (-WORLD, 0.0, WORLD):
                if abs(x + lap) < canvas.right + 0.5:
                    place = Upright(canvas, x + lap, canvas.bottom - 0.16 + 1.4 * scale, scale)
                    _paint_fir(place, keys, (0.008, 0.026, 0.030))

    def _draw_flakes(self, near: bool) -> None:
        canvas, now = self._canvas, self._seconds
        if not len(self._flakes):
            return
        chosen = (
            self._flakes[self._flakes[:, 4] > 0.9]
            if near
            else self._flakes[self._flakes[:, 4] <= 0.9]
        )
        start_x, start_y, size, wild, _ = chosen.T
        close = 0.35 + 0.65 * size**2 + (1.3 if near else 0.0)
        gust = 0.16 * math.sin(0.5 * now) + 0.10 * math.sin(1.3 * now + 1)
        span_x, span_y = 2 * canvas.right + 0.3, 2 * canvas.bottom + 0.3
        x = start_x * span_x - close * (0.9 * self._along - 0.25 * gust)
        x += 0.02 * np.sin((1.0 + 2.0 * wild) * now + 6.28 * wild)
        y = start_y * span_y + close * (0.17 + 0.08 * wild) * now
        x, y = np.mod(x, span_x) - span_x / 2, np.mod(y, span_y) - span_y / 2
        radius = 0.0045 + 0.007 * size if near else 0.0012 + 0.0022 * close
        light = np.where(close > 1.2, 0.45, 0.95) * (0.6 + 0.4 * wild)
        warm = np.clip(1 - np.abs(y - 0.13) / 0.22, 0, 1)[:, None]
        tint = np.array((0.62, 0.78, 1.05)) + warm * (0.75, 0.20, -0.30)
        canvas.sparks(x, y, radius + 0 * x, light[:, None] * tint)


def _paint_house(at: Upright, keys: tuple[int, ...], crowd: float) -> None:
    wide = 3.2 + 2.4 * chance(*keys, 5)
    high, roof = 3.0 + 2.6 * chance(*keys, 6), 2.2 + 1.2 * chance(*keys, 7)
    wall = WALLS[int(5 * chance(*keys, 8))]
    at.box(-wide, -1, wide, high, wall)
    for board in range(int(2 * wide)):
        at.box(-wide + board + 0.42, 0, -wide + board + 0.5, high, times(wall, 0.55))
    at.shape(
        [(-wide - 0.6, high - 0.1), (wide + 0.6, high - 0.1), (0, high + roof)], times(wall, 0.7)
    )
    snow = [(-wide - 0.8, high - 0.15), (-wide - 0.7, high + 0.3), (0, high + roof + 0.6)]
    snow += [(wide + 0.7, high + 0.3), (wide + 0.8, high - 0.15), (0, high + roof - 0.3)]
    at.shape(snow, times(SNOW, 1.1))
    at.box(0.45 * wide, high + 0.3, 0.45 * wide + 0.7, high + roof + 0.6, times(wall, 0.8))
    at.box(0.45 * wide - 0.1, high + roof + 0.5, 0.45 * wide + 0.8, high + roof + 0.8, SNOW)
    across, floors = max(2, int(wide / 1.1)), max(1, int(high / 2.2))
    for floor in range(floors):
        for pane in range(across):
            x = -wide + 2 * wide * (pane + 0.5) / across
            low = 0.8 + 2.2 * floor
            lit = chance(*keys, 9, floor, pane) < 0.35 + 0.35 * crowd
            colour = (
                PANES[int(4 * chance(*keys, 10, floor, pane))] if lit else (0.004, 0.006, 0.014)
            )
            at.box(x - 0.55, low - 0.1, x + 0.55, low + 1.3, times(SNOW, 0.6))
            at.box(x - 0.45, low, x + 0.45, low + 1.2, colour)
            at.box(x - 0.05, low, x + 0.05, low + 1.2, times(wall, 0.6))
            at.box(x - 0.45, low + 0.6, x + 0.45, low + 0.68, times(wall, 0.6))
            if lit:
                at.light(x, -0.6 + 0.3 * floor, 0.8, times(colour, 0.10), radius_y=0.5)


def _paint_church(at: Upright) -> None:
    wall: Colour = (0.12, 0.11, 0.13)
    at.box(-4.5, -1, 2.0, 4.0, wall)
    at.shape([(-4.9, 3.9), (2.2, 3.9), (1.6, 6.4), (-4.2, 6.4)], times(SNOW, 1.1))
    at.box(1.4, -1, 4.4, 8.2, times(wall, 1.25))
    at.shape([(1.0, 8.1), (4.8, 8.1), (2.9, 15.0)], (0.030, 0.016, 0.050))
    at.shape([(1.0, 8.1), (2.0, 8.1), (2.9, 15.0)], times(SNOW, 1.0))
    at.box(2.83, 14.8, 2.97, 16.6, (0.9, 0.6, 0.1))
    at.box(2.4, 15.8, 3.4, 15.95, (0.9, 0.6, 0.1))
    for pane in range(4):
        x = -3.8 + 1.5 * pane
        at.shape(
            [(x - 0.35, 1.0), (x + 0.35, 1.0), (x + 0.35, 2.6), (x, 3.2), (x - 0.35, 2.6)],
            (2.2, 0.9, 0.3),
        )
    at.shape([(2.4, 5.4), (3.4, 5.4), (3.4, 6.8), (2.9, 7.4), (2.4, 6.8)], (2.4, 1.4, 0.5))


def _paint_fir(at: Upright, keys: tuple[int, ...], green: Colour) -> None:
    tall = 8.0 + 3.0 * chance(*keys, 20)
    at.box(-0.22, -1, 0.22, 2.0, (0.010, 0.006, 0.006))
    for tier in range(6):
        low = 1.0 + tall * tier / 6.5
        wide = 2.6 * (1 - tier / 6.8) * (0.85 + 0.3 * chance(*keys, 21, tier))
        high = tall / 6.5 * 2.1
        lean = 0.2 * (chance(*keys, 22, tier) - 0.5)
        jag = [
            (-wide, low),
            (-0.6 * wide, low + 0.22),
            (-0.25 * wide, low - 0.1),
            (0.2 * wide, low + 0.2),
        ]
        jag += [(0.6 * wide, low - 0.1), (wide, low + 0.05)]
        at.shape([*jag, (lean, low + high)], times(green, 0.8 + 0.08 * tier))
        cap = [(-0.80 * wide, low + 0.42), (lean, low + high + 0.05), (0.80 * wide, low + 0.48)]
        cap += [
            (0.3 * wide, low + 0.30 * high),
            (0, low + 0.42 * high),
            (-0.35 * wide, low + 0.30 * high),
        ]
        at.shape(cap, times(SNOW, 1.6 - 0.06 * tier))
