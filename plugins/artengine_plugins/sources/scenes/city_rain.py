"""A shopping street on a rainy night, filmed from a tram that never stops."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np

from artengine.api import Picture, Size

from .canvas import Canvas, times, tint
from .chance import chance, ramp, wander
from .facade import NEON, WIDTH, Facade
from .lens import Lens
from .light import Colour, Plane
from .noise import clouds, tiling
from .planes import blurred, dim, enlarged, held
from .scene import Scene
from .street_life import draw_car, draw_walker
from .tile import Tile
from .upright import Upright

SCALE = 0.094
"""Units per metre at the facades."""

PACE = 0.17
"""Speed of the camera along the street, in units at the facades a second."""

SLOT = WIDTH * SCALE
FAR = 0.45
"""Parallax of the far towers relative to the facades."""

NEAREST = 1.5
"""Magnification at the bottom of the picture relative to the facades."""

FALL = 0.95
"""Speed of the near rain, in units a second."""


class CityRain(Scene):
    """Neon, lit shops and far lights over a wet road that mirrors them; people, cars, rain."""

    def __init__(self, size: Size, seed: int, crowd: float, sway: float) -> None:
        super().__init__(size, seed, crowd, sway)
        self._canvas = canvas = Canvas(size)
        self._lens = Lens(size)
        self._ground = 0.34 * canvas.bottom
        self._houses = lru_cache(maxsize=16 + 2 * math.ceil(2 * canvas.right / SLOT))(self._paint)
        self._sky = self._paint_sky()
        self._rain = [_rain(size, canvas.unit, seed, layer) for layer in range(2)]
        rng = np.random.default_rng((seed, 100))
        self._ripple = Tile(tiling(rng, 128, 128, 1.6, 3.0))
        puddles = tiling(rng, 128, 128, 5.0, 9.0) + 0.4 * tiling(rng, 128, 128, 1.5, 3.0)
        self._puddles = Tile(puddles)
        self._lay_road()

    def draw(self, seconds: float) -> Picture:
        """Draw the picture; see `Scene.draw`."""
        canvas = self._canvas
        self._seconds = seconds
        self._along = PACE * seconds + 0.12 * self.sway * math.sin(0.37 * seconds)
        self._along += 40.0 * chance(self.seed, 101)
        canvas.light[:] = self._sky
        self._draw_houses(far=True)
        self._draw_bokeh()
        self._draw_houses(far=False)
        self._draw_pavement()
        self._draw_walkers()
        self._draw_road()
        self._draw_rings()
        self._draw_cars()
        halo = self._lens.halo(canvas, 0.14, 0.11)
        self._draw_rain(halo)
        return self._lens.develop(canvas, seconds)

    # Behind the street.

    def _paint_sky(self) -> Plane:
        canvas = self._canvas
        rng = np.random.default_rng((self.seed, 102))
        up = np.clip((self._ground - canvas.y) / (self._ground + canvas.bottom), 0, 1)[:, None]
        murk = cv2.resize(clouds(rng, 64, 128), (canvas.width, canvas.height))
        murk = np.clip(1 + 0.5 * murk.reshape(canvas.height, canvas.width), 0.2, None)
        low = np.exp(-up / 0.35)
        parts = ((0.006, 0.040), (0.006, 0.012), (0.024, 0.050))
        sky: Plane = cv2.merge([(murk * (a + b * low)).astype(np.float32) for a, b in parts])
        return sky.reshape(canvas.light.shape)

    def _draw_bokeh(self) -> None:
        """Draw far lights, out of focus, at three distances."""
        canvas = self._canvas
        for layer, (depth, count) in enumerate(((0.50, 9), (0.60, 8), (0.72, 6))):
            span = 2 * canvas.right + 0.3
            for light in range(count):
                keys = (self.seed, 103, layer, light)
                way = (chance(*keys, 1) - 0.5) * 0.12
                at = chance(*keys, 2) * span - self._along * depth + way * self._seconds
                lap = math.floor(at / span)
                x = at - lap * span - span / 2
                high = chance(*keys, 3, lap)
                y = self._ground - 0.05 - 0.45 * high**1.5
                colour = NEON[int(6 * chance(*keys, 4, lap))]
                warm = (1.0, 0.72, 0.42) if chance(*keys, 5, lap) < 0.5 else colour
                blink = 0.65 + 0.35 * math.sin(1.7 * self._seconds + 40 * high)
                radius = (0.010 + 0.020 * chance(*keys, 6, lap)) * (0.7 + depth)
                self._disc(x, y, radius, times(warm, 0.20 * blink))

    def _disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        middle = np.array((x, y))
        ring = middle + 0.94 * radius * _RING
        self._canvas.disc(
            middle + radius * _RING[:-1], ring, 0.004, times(colour, 0.75), 0.4 / 0.75
        )

    # The street.

    def _paint(self, slot: int, far: bool) -> Facade:
        rows = math.ceil((self._ground + self._canvas.bottom) * self._canvas.unit)
        key = int((1 << 40) * chance(self.seed, 104 + far, slot))
        if far:
            return Facade.tower(key, self._canvas.unit, 0.55 * SCALE, max(1, rows))
        return Facade.shop(key, self._canvas.unit, SCALE, max(1, rows))

    def _draw_houses(self, far: bool) -> None:
        """Draw a row of houses: the shops of the street, or the towers far behind them."""
        canvas = self._canvas
        gap = 0.62 * SLOT if far else SLOT
        along = self._along * (FAR if far else 1.0)
        first = math.floor((along - canvas.right - SLOT) / gap)
        last = math.ceil((along + canvas.right + SLOT) / gap)
        # The ground line falls between two rows of pixels; the houses end with that row.
        bottom = min(canvas.height, math.ceil((self._ground + canvas.bottom) * canvas.unit))
        signs: list[tuple[Facade, float, float]] = []
        for slot in range(first, last + 1):
            if not far and chance(self.seed, 106, slot) < 0.14:
                continue
            house = self._houses(slot, far)
            columns = house.light.shape[1]
            left = (slot * gap - along) * canvas.unit + canvas.width / 2 - columns / 2
            house.lay(canvas, left, bottom)
            if house.neon is not None:
                hum = 0.95 + 0.05 * math.sin(9.0 * self._seconds + slot)
                fault = ramp(wander(1.3 * self._seconds, self.seed, 107, slot), 0.82, 0.95)
                signs.append((house, left, hum * (1 - 0.8 * fault)))
        # Draw all the walls first, because the signs' glow spills over the neighbours.
        for house, left, strength in signs:
            house.shine(canvas, left, bottom, strength)

    def _lit(self, x: float) -> Colour:
        """Return the light of the shops at a position along the street."""
        at = (self._along + x) / SLOT
        slot = math.floor(at + 0.5)
        part = ramp(at + 0.5 - slot, 0.0, 1.0)
        here, there = (NEON[int(6 * chance(self.seed, 107, slot + k))] for k in (0, 1))
        return (
            0.25 + here[0] * (1 - part) + there[0] * part,
            0.25 + here[1] * (1 - part) + there[1] * part,
            0.25 + here[2] * (1 - part) + there[2] * part,
        )

    def _draw_walkers(self) -> None:
        canvas = self._canvas
        for lane, (way, pace, deep) in enumerate(
            ((-1, 0.10, 0.012), (1, 0.13, 0.022), (-1, 0.15, 0.034))
        ):
            gap = 0.34
            shift = self._along - way * pace * self._seconds
            near = self._nearness(self._ground + deep)
            edge = (canvas.right + 0.25) / near
            first, last = math.floor((shift - edge) / gap), math.ceil((shift + edge) / gap)
            for slot in range(first - 1, last + 1):
                if chance(self.seed, 110, lane, slot) > 0.42 * self.crowd:
                    continue
                x = ((slot + 0.6 * chance(self.seed, 111, lane, slot)) * gap - shift) * near
                if abs(x) > canvas.right + 0.2:
                    continue
                at = Upright(canvas, x, self._ground + deep, SCALE * near)
                key = int((1 << 40) * chance(self.seed, 112, lane, slot))
                draw_walker(at, key, self._seconds, way, self._lit(x))

    def _nearness(self, y: float) -> float:
        """Return the magnification of things that stand at a height of the picture."""
        return 1 + (NEAREST - 1) * (y - self._ground) / (self._canvas.bottom - self._ground)

    # The wet road.

    def _lay_road(self) -> None:
        canvas = self._canvas
        self._road_first = min(
            canvas.height, math.ceil((self._ground + 0.03 + canvas.bottom) * canvas.unit)
        )
        rows = canvas.height - self._road_first
        shrink = 0.5 if min(rows, canvas.width) > 64 else 1.0
        self._road_size = max(1, round(canvas.width * shrink)), max(1, round(rows * shrink))
        top = self._road_first / canvas.unit - canvas.bottom
        x = np.linspace(-canvas.right, canvas.right, self._road_size[0], dtype=np.float32)
        y = np.linspace(top, canvas.bottom, self._road_size[1], dtype=np.float32)
        x, y = x[None, :], y[:, None]
        near = 1 + np.float32(NEAREST - 1) * (y - np.float32(self._ground)) / np.float32(
            canvas.bottom - self._ground
        )
        self._road_x: Plane = x
        self._road_lane: Plane = np.float32(42) * x / near
        self._road_near: Plane = near
        self._road_down: Plane = y - np.float32(top)

    def _draw_road(self) -> None:
        canvas, first = self._canvas, self._road_first
        if first >= canvas.height:
            return
        down, now = self._road_down, self._seconds
        lane: Plane = self._road_lane + np.float32(42 * (self._along % 64))
        deep: Plane = 420 / self._road_near
        ripple = self._ripple.at(
            lane * np.float32(1.6) + np.float32(9 * math.sin(now)),
            deep * 1.4 + np.float32(31 * now),
        )
        ripple += self._ripple.at(
            lane * np.float32(0.9) + np.float32(40), deep - np.float32(23 * now)
        )
        lane *= np.float32(0.55)
        puddle = self._puddles.at(lane, deep)
        puddle *= np.float32(0.5)
        puddle += np.float32(0.55)
        held(puddle, 0.08, 1)
        quarter = max(1, canvas.width // 2), max(1, first // 2)
        above = cv2.resize(canvas.light[:first], quarter, interpolation=cv2.INTER_AREA)
        # OpenCV remaps four channels in half of the time of three.
        above = cv2.cvtColor(np.minimum(above, np.float32(5)), cv2.COLOR_BGR2BGRA)
        soft = blurred(above, max(0.3, 0.006 * canvas.unit), max(0.3, 0.03 * canvas.unit))
        per_x, per_y = quarter[0] / (2 * canvas.right), quarter[1] / max(first, 1) * canvas.unit
        bend: Plane = (np.float32(0.004) + np.float32(0.030) * down) * ripple
        map_x: Plane = bend * np.float32(0.35 * per_x)
        map_x += (self._road_x + np.float32(canvas.right)) * np.float32(per_x) - np.float32(0.5)
        bend *= np.float32(-0.6 * per_y)
        bend -= np.float32(1.12 * per_y) * down
        bend += np.float32(quarter[1] - 1)
        road = self._mirror(above, map_x, bend)
        faint = self._mirror(soft, map_x, bend)
        weight: Plane = puddle * np.float32(0.52)
        dim(road, weight)
        weight = np.float32(0.46) - puddle * np.float32(0.30)
        dim(faint, weight)
        road += faint
        ripple *= puddle
        ripple *= np.float32(0.004)
        ripple += np.float32(0.010)
        road += tint(ripple, (0.7, 0.8, 1.5))
        canvas.light[first:] = enlarged(road, (canvas.width, canvas.height - first))
        self._draw_kerb()

    def _draw_pavement(self) -> None:
        canvas, top = self._canvas, self._ground
        canvas.box(-canvas.right, top, canvas.right, top + 0.04, (0.010, 0.009, 0.016))
        canvas.box(-canvas.right, top, canvas.right, top + 0.012, (0.004, 0.004, 0.007))
        gap = 0.19
        near = self._nearness(top + 0.026)
        first = math.floor((self._along - canvas.right) / gap)
        for slab in range(first, math.ceil((self._along + canvas.right) / gap)):
            x = (slab * gap - self._along) * near
            canvas.segment(x, top + 0.012, 1.03 * x, top + 0.052, 0.0022, (0.003, 0.003, 0.005))

    def _draw_kerb(self) -> None:
        canvas = self._canvas
        y = self._ground + 0.052
        canvas.box(-canvas.right, y, canvas.right, y + 0.007, (0.030, 0.026, 0.036), 0.75)
        canvas.box(-canvas.right, y + 0.007, canvas.right, y + 0.014, (0.002, 0.002, 0.003), 0.8)
        mark = self._ground + 0.155
        near = self._nearness(mark)
        gap = 0.62
        for slot in range(
            math.floor((self._along - canvas.right / near) / gap) - 1,
            math.ceil((self._along + canvas.right / near) / gap) + 1,
        ):
            x = (slot * gap - self._along) * near
            slant = 0.006
            dash = [(x, mark), (x + 0.25 * near, mark), (x + 0.25 * near - slant, mark + 0.011)]
            canvas.shape([*dash, (x - slant, mark + 0.011)], (0.16, 0.15, 0.17), 0.5)

    def _mirror(self, above: Plane, map_x: Plane, map_y: Plane) -> Plane:
        seen = cv2.remap(above, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        light: Plane = cv2.cvtColor(seen, cv2.COLOR_BGRA2BGR)
        return light.reshape(*map_x.shape, 3)

    def _draw_rings(self) -> None:
        """Draw the rings that drops make on the road: they spread and fade."""
        canvas = self._canvas
        found = []
        for drop in range(54):
            start = chance(self.seed, 120, drop)
            clock = 2.2 * self._seconds + start
            lap = math.floor(clock)
            age = clock - lap
            fallen = chance(self.seed, 121, drop, lap)
            found.append((age, (lap - start) / 2.2, fallen, chance(self.seed, 122, drop, lap)))
        age, fell, down, across = np.array(found).T
        y = self._ground + 0.07 + (canvas.bottom - self._ground - 0.07) * down
        near = 1 + (NEAREST - 1) * (y - self._ground) / (canvas.bottom - self._ground)
        # The ring stays in place while the camera moves on.
        went = PACE * (self._seconds - fell) * near
        x = (2 * across - 1) * (canvas.right + 0.1) - went
        radius = 0.022 * near * age
        middles, sizes = np.stack([x, y], axis=-1), np.stack([radius, 0.3 * radius], axis=-1)
        rings: Plane = sizes[:, None] * _DROP
        rings += middles[:, None]
        group = np.minimum(2, 3 * age).astype(np.int64)
        for part, light in enumerate((0.10, 0.06, 0.025)):
            if (group == part).any():
                canvas.strokes(rings[group == part], 0.0022, times((0.8, 0.85, 1.0), light))

    def _draw_cars(self) -> None:
        canvas = self._canvas
        for lane, (way, pace, deep, gap) in enumerate(
            ((-1, 0.36, 0.105, 1.5), (1, 0.50, 0.215, 1.9))
        ):
            y = self._ground + deep
            near = self._nearness(y)
            shift = self._along - way * pace * self._seconds
            edge = (canvas.right + 1.0) / near
            for slot in range(
                math.floor((shift - edge) / gap) - 1, math.ceil((shift + edge) / gap) + 1
            ):
                if chance(self.seed, 130, lane, slot) > 0.55 * self.crowd:
                    continue
                x = ((slot + 0.4 * chance(self.seed, 131, lane, slot)) * gap - shift) * near
                if abs(x) > canvas.right + 1.3:
                    continue
                at = Upright(canvas, x, y, SCALE * near)
                key = int((1 << 40) * chance(self.seed, 132, lane, slot))
                draw_car(at, key, self._seconds, way, self._lit(x))

    # Rain.

    def _draw_rain(self, halo: Plane) -> None:
        """Draw the halo, and streaks in the colour of the light behind them."""
        canvas = self._canvas
        tiles = []
        for layer, speed in enumerate((FALL, 0.62 * FALL)):
            fallen = speed * self._seconds * canvas.unit
            y = -math.floor(fallen) % canvas.height
            drift = self._along * (1.6, 1.0)[layer] * canvas.unit + 0.16 * fallen
            x = math.floor(drift) % canvas.width
            tiles.append(self._rain[layer][y : y + canvas.height, x : x + canvas.width])
        drops: Plane = cv2.addWeighted(tiles[0], 1, tiles[1], 0.6, 0)
        share: Plane = drops.astype(np.float32)
        share *= np.float32(1.7 / 255)
        wet: Plane = cv2.cvtColor(share, cv2.COLOR_GRAY2BGR).reshape(halo.shape)
        canvas.light += halo
        halo += np.float32(0.020 / 1.7)
        wet *= halo
        canvas.light += wet


_TURN: Plane = np.linspace(0, 2 * math.pi, 29)
_RING: Plane = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=-1)
_DROP: Plane = np.stack(
    [np.cos(np.linspace(0, 2 * math.pi, 13)), np.sin(np.linspace(0, 2 * math.pi, 13))], axis=-1
)


def _rain(size: Size, unit: float, seed: int, layer: int) -> Plane:
    """Draw slanted streaks, 8 bits, twice the picture's width and height for tiling."""
    width, height = size
    rng = np.random.default_rng((seed, 140, layer))
    right, bottom = 0.5 * width / unit, 0.5 * height / unit
    sheet = Canvas(size)
    count = round((330, 520)[layer] * 4 * right * bottom)
    for level in range(4):
        lines = []
        for _ in range(count // 4):
            x, y = rng.uniform(-right, right), rng.uniform(-bottom, bottom)
            long = rng.uniform(0.03, 0.075) * (1.0, 0.6)[layer]
            for over_x in (-2 * right, 0, 2 * right):
                for over_y in (-2 * bottom, 0):
                    a, b = x + over_x, y + over_y
                    lines.append(np.array([(a, b), (a - 0.16 * long, b + long)]))
        if lines:
            sheet.strokes(lines, (0.0030, 0.0020)[layer], (0.25 + 0.25 * level, 0, 0))
    tile = (np.clip(sheet.light[..., 0], 0, 1) * 255).astype(np.uint8)
    return np.tile(tile, (2, 2))
