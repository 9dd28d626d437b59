"""A highway at night, filmed through the windscreen of a car that never arrives."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import cv2
import numpy as np

from artengine.api import Picture, Size

from .bonnet import Bonnet
from .canvas import Canvas, times, tint
from .chance import chance, ramp, wander
from .lens import Lens
from .light import Colour, Plane
from .noise import clouds, tiling
from .planes import brighten, dim, held, weighted
from .scene import Scene
from .tile import Tile
from .upright import Upright
from .vehicles import XENON, Vehicle

# Metres, metres a second and seconds throughout, unless a name says otherwise.
FOCAL = 0.82
EYE = 1.6
PACE = 13.0
REACH = 420.0
LANE = 3.7
MEDIAN = -6.6
"""Position across the road, relative to the camera in the right of two lanes."""

LAMP_STEP = 30.0
LAMP_HEIGHT = 8.6
LAMP_ACROSS = -3.4
POST_STEP = 24.0
SIGN_STEP = 170.0
TEXTURE_LENGTH = 48.0

_STEPS: Plane = np.geomspace(1.5, 900.0, 160).astype(np.float32)
"""Distances at which the course of the road is sampled."""

Thing: TypeAlias = tuple[float, Callable[..., None], tuple[Any, ...]]
"""A thing to draw, in order from the farthest: its distance, function and arguments."""

REFLECTOR: Colour = (1.0, 0.55, 0.12)
SODIUM: Colour = (1.0, 0.52, 0.16)
PINKISH: Colour = (1.0, 0.66, 0.72)
SIGNS: tuple[Colour, ...] = (
    (0.01, 0.05, 0.42),
    (0.0, 0.16, 0.06),
    (0.02, 0.06, 0.5),
    (0.4, 0.24, 0.0),
)


class NightRoad(Scene):
    """Lane marks stream by, lamps pass overhead, headlights come and tail lights drift."""

    def __init__(self, size: Size, seed: int, crowd: float, sway: float) -> None:
        super().__init__(size, seed, crowd, sway)
        self._canvas = canvas = Canvas(size)
        self._lens = Lens(size, smear=0.10)
        self._horizon = -0.08 * 2 * canvas.bottom
        self._bends = [
            (amplitude * sway, 2 * math.pi / length, 2 * math.pi * chance(seed, 1, k))
            for k, (amplitude, length) in enumerate([(17.0, 610.0), (6.0, 283.0), (1.3, 127.0)])
        ]
        self._texture = Tile(_asphalt(seed))
        self._skyline = _skyline(seed)
        self._rail_heights = _rail_heights(seed)
        self._sky, self._sky_margin = self._paint_sky()
        self._bonnet = Bonnet(canvas, self._horizon)
        self._headlights = self._paint_headlights()

    # The course of the road: the camera follows the centreline and looks along its tangent.

    def _course(self, along: float) -> tuple[float, float]:
        across = sum(a * math.sin(k * along + p) for a, k, p in self._bends)
        slope = sum(a * k * math.cos(k * along + p) for a, k, p in self._bends)
        return across, slope

    def _offset(self, ahead: Plane) -> Plane:
        """Return the sideways bend of the road at distances ahead."""
        along = self._along + ahead.astype(np.float64)
        bent = np.zeros_like(along)
        for a, k, p in self._bends:
            bent += a * np.sin(k * along + p)
        here, slope = self._at
        return (bent - here - slope * ahead - self._weave).astype(np.float32)

    def _place(self, across: float, height: float, ahead: float) -> tuple[float, float, float]:
        """Project a point of the road's world to the canvas, with the units per metre there."""
        scale = FOCAL / ahead
        along = self._along + ahead
        bent = sum(a * math.sin(k * along + p) for a, k, p in self._bends)
        here, slope = self._at
        sideways = across + bent - here - slope * ahead - self._weave
        return sideways * scale, self._level + (EYE - height) * scale, scale

    def draw(self, seconds: float) -> Picture:
        """Draw the picture; see `Scene.draw`."""
        self._seconds = seconds
        self._along = seconds * PACE + 5000.0 * chance(self.seed, 2)
        self._at = self._course(self._along)
        self._weave = 0.28 * self.sway * math.sin(0.61 * seconds + 1.3 * math.sin(0.23 * seconds))
        shake = 0.0022 * math.sin(7.1 * seconds) + 0.0012 * math.sin(13.7 * seconds + 1.0)
        self._level = self._horizon + self.sway * (shake + 0.004 * math.sin(0.83 * seconds))
        lamps = list(self._lamps())
        self._draw_sky()
        self._draw_ground(lamps)
        self._draw_trees(-38.0, (0.0018, 0.003, 0.006))
        self._draw_trees(18.0, (0.0025, 0.004, 0.007))
        self._draw_rail(MEDIAN - 10.8)
        traffic = list(self._traffic())
        self._draw_things(thing for thing in traffic if thing[2][0] < MEDIAN)
        self._draw_rail(MEDIAN)
        self._draw_rail(4.2, ends=True)
        near = [thing for thing in traffic if thing[2][0] > MEDIAN]
        near += [(ahead, self._draw_lamp, (ahead, lit, colour)) for ahead, lit, colour in lamps]
        self._draw_things([*near, *self._posts(), *self._signs()])
        self._bonnet.draw()
        return self._lens.develop(self._canvas, seconds, halo=(0.16, 0.13))

    def _draw_things(self, things: Iterable[Thing]) -> None:
        for _, drawing, arguments in sorted(things, key=lambda thing: -thing[0]):
            drawing(*arguments)

    # Sky.

    def _paint_sky(self) -> tuple[Plane, int]:
        """Paint a panorama with margins on both sides, within which it slides as the road turns."""
        canvas, u = self._canvas, self._canvas.unit
        margin = math.ceil(u * (0.32 * self.sway + 0.02))
        rows = min(canvas.height, math.ceil((self._horizon + canvas.bottom + 0.03) * u) + 2)
        rows = max(rows, 1)
        columns = canvas.width + 2 * margin
        x = (np.arange(columns, dtype=np.float32) + 0.5 - columns / 2) / u
        y = canvas.y[:rows, None]
        up = np.clip((self._horizon - y) / 0.42, 0, 1.3)
        glow_at = 0.5 * chance(self.seed, 3) - 0.25
        town = np.exp(-(((x - glow_at) / 0.3) ** 2))[None, :]
        near = np.exp(-up / 0.16)
        sky = np.empty((rows, columns, 3), np.float32)
        haze = np.exp(-up / 0.07) * (0.25 + town)
        sky[..., 0] = 0.0016 + 0.008 * near + 0.060 * haze
        sky[..., 1] = 0.0065 + 0.024 * near + 0.028 * haze
        sky[..., 2] = 0.0620 + 0.120 * near + 0.016 * haze
        rng = np.random.default_rng((self.seed, 4))
        cover = cv2.resize(clouds(rng, 96, 256), (columns, rows), interpolation=cv2.INTER_CUBIC)
        dim(sky, np.clip(0.85 + 0.6 * cover.reshape(rows, columns), 0.35, 1.8).astype(np.float32))
        for _ in range(110):
            at_x, at_y = rng.uniform(x[0], x[-1]), self._horizon - 0.04 - rng.uniform(0, 0.6)
            tint = rng.uniform(0.6, 1.0, 3) * rng.exponential(0.10)
            _dot(sky, at_x * u + columns / 2, at_y * u + canvas.height / 2, 0.0011 * u, tint)
        self._paint_hills(sky, x, y)
        for _ in range(70):
            at_x = glow_at + rng.normal(0, 0.2)
            at_y = self._horizon - 0.004 - abs(rng.normal(0, 0.006))
            tint = np.array([(1, 0.6, 0.2), (1, 0.85, 0.6), (0.5, 0.8, 1), (1, 0.2, 0.1)])[
                rng.choice(4, p=[0.5, 0.3, 0.12, 0.08])
            ] * rng.uniform(0.15, 0.8)
            _dot(sky, at_x * u + columns / 2, at_y * u + canvas.height / 2, 0.0016 * u, tint)
        # Extend the edges, because the horizon rises and sinks a little.
        self._sky_edge = edge = math.ceil(0.008 * self.sway * u)
        return np.pad(sky, ((edge, edge + 1), (0, 1), (0, 0)), mode="edge"), margin

    def _paint_hills(self, sky: Plane, x: Plane, y: Plane) -> None:
        for layer, (height, light) in enumerate(
            [(0.055, (0.004, 0.008, 0.030)), (0.030, (0.0015, 0.003, 0.010))]
        ):
            ridge = np.zeros_like(x)
            for k in range(1, 9):
                swell = chance(self.seed, 5, layer, k) / k
                ridge += swell * np.sin(k * 5.1 * x + 7 * chance(self.seed, 6, layer, k))
            top = self._horizon - height * (0.55 - 0.25 * layer) - 0.45 * height * ridge
            cover = np.clip((y - top[None, :]) * self._canvas.unit + 0.5, 0, 1)
            cover = np.ascontiguousarray(np.broadcast_to(cover, sky.shape[:2]), np.float32)
            dim(sky, 1 - cover)
            brighten(sky, tint(cover, light))

    def _draw_sky(self) -> None:
        canvas, margin = self._canvas, self._sky_margin
        slide = math.atan(self._at[1]) * FOCAL * canvas.unit + margin
        slide = min(max(slide, 0.0), 2.0 * margin)
        drop = min(
            max((self._horizon - self._level) * canvas.unit, -self._sky_edge), self._sky_edge
        )
        column, row = math.floor(slide), math.floor(drop)
        part_x, part_y = slide - column, drop - row
        top = row + self._sky_edge
        rows = len(self._sky) - 2 * self._sky_edge - 1
        # Shift by fractions of a pixel, horizontally and then vertically.
        left = self._sky[top : top + rows + 1, column : column + canvas.width]
        right = self._sky[top : top + rows + 1, column + 1 : column + 1 + canvas.width]
        moved = weighted(left, 1 - part_x, right, part_x)
        canvas.light[:rows] = weighted(moved[:-1], 1 - part_y, moved[1:], part_y)

    # Ground.

    def _paint_headlights(self) -> Plane:
        """Return the constant light of the camera's own headlights on the road, `(3, H, W)`."""
        canvas = self._canvas
        down = np.maximum(canvas.y - np.float32(self._horizon), 1e-4)[:, None]
        ahead = FOCAL * EYE / down
        across = canvas.x[None, :] * ahead / FOCAL
        near = 0.25 + 0.75 * (1 - np.exp(-((ahead / 6.5) ** 2)))
        far = 1 / (1 + (ahead / 17.0) ** 2.2)
        lobes = sum(
            np.exp(-(((across - side) / (0.8 + 0.17 * ahead)) ** 2)) for side in (-0.75, 1.0)
        )
        wide = np.exp(-((across / (2.5 + 0.55 * ahead)) ** 2))
        light = near * far * (0.52 * lobes + 0.20 * wide)
        lit = np.stack([light + 0.006, 0.80 * light + 0.010, 0.56 * light + 0.030])
        return lit.astype(np.float32)

    def _draw_ground(self, lamps: list[tuple[float, float, Colour]]) -> None:
        canvas = self._canvas
        level = (self._level + canvas.bottom) * canvas.unit
        first = max(0, math.floor(level))
        if first >= canvas.height:
            return
        down: Plane = np.maximum(
            canvas.y[first:, None] - np.float32(self._level), np.float32(0.3 / canvas.unit)
        )
        # Per row: the distance, width and depth of a pixel there, and pixels per metre.
        ahead: Plane = np.minimum(np.float32(FOCAL * EYE) / down, np.float32(2000))
        wide: Plane = ahead / np.float32(FOCAL * canvas.unit)
        deep: Plane = np.maximum(ahead**2 / np.float32(FOCAL * EYE * canvas.unit), np.float32(1e-3))
        reach: Plane = 1 / wide
        side: Plane = canvas.x * (ahead / np.float32(FOCAL))
        side -= self._offset(ahead)
        matter = self._matter(side, ahead, wide, deep, reach)

        pool: Plane = np.zeros_like(ahead)
        blue: Plane = np.zeros_like(ahead)
        for distance, strength, colour in lamps:
            shape = np.exp(np.square((ahead - np.float32(distance)) / np.float32(-6.0)) * -1)
            pool += shape * np.float32(0.42 * strength)
            blue += shape * np.float32(0.42 * strength * colour[2])
        side -= np.float32(LAMP_ACROSS)
        side *= side
        side *= np.float32(-1 / 7.0**2)
        near: Plane = np.exp(side, out=side)
        haze: Plane = np.exp(down / np.float32(-0.012))
        hazy = int(np.count_nonzero(haze > 1e-5))
        parts = []
        for headlights, lamplight, share in zip(
            self._headlights,
            (pool, np.float32(0.55) * pool, blue),
            (0.006, 0.008, 0.022),
            strict=True,
        ):
            part = near * lamplight
            part += headlights[first:]
            part *= matter
            part[:hazy] += np.float32(share) * haze[:hazy]
            parts.append(part)
        ground = canvas.light[first:]
        above = ground[0].copy()
        cv2.merge(parts, dst=ground)
        edge = float((canvas.y[first] - self._level) * canvas.unit) + 0.5
        if edge < 1:
            ground[0] = ground[0] * np.float32(edge) + above * np.float32(1 - edge)

    def _matter(self, side: Plane, ahead: Plane, wide: Plane, deep: Plane, reach: Plane) -> Plane:
        """Return the brightness of the ground itself: asphalt, its verges, and the marks on it.

        Args:
            side: metres across from the centre of the camera's lanes, `(h, w)`.
            ahead: distance of each row, `(h, 1)`.
            wide: metres per pixel across.
            deep: metres per pixel along.
            reach: pixels per metre across.
        """
        along = self._along + ahead.astype(np.float64)
        rows, columns = 1024, 256
        rough = self._texture.at(
            side * np.float32(columns / (2 * LANE)),
            (np.mod(along, TEXTURE_LENGTH) * (rows / TEXTURE_LENGTH)).astype(np.float32),
        )
        rough *= 1 / (1 + np.square(deep / np.float32(0.9)))
        # The range that each row shows, with a small margin.
        margin = wide[:, 0] + np.float32(0.3)
        left, right = side[:, 0] - margin, side[:, -1] + margin
        matter: Plane = rough * np.float32(0.20)
        matter += np.float32(0.20)
        fold: Plane = side - np.float32(MEDIAN)
        np.abs(fold, out=fold)
        # Verges lie beyond 10.2 metres and within 0.75 of the middle between both carriageways.
        verges = ((-1e4, MEDIAN - 10.2), (MEDIAN - 0.75, MEDIAN + 0.75), (MEDIAN + 10.2, 1e4))
        far = slice(0, _last_seen(left, right, verges))
        soft: Plane = 1 / (wide[far] + np.float32(0.25))
        verge: Plane = fold[far] - np.float32(5.475)
        np.abs(verge, out=verge)
        verge -= np.float32(4.725)
        verge *= soft
        held(verge, 0, 1)
        rougher: Plane = verge * np.float32(0.8)
        rougher += np.float32(1)
        rougher *= rough[far]
        rougher += np.float32(1)
        verge *= np.float32(-0.10)
        verge += np.float32(0.20)
        np.multiply(verge, rougher, out=matter[far])
        dash = _dashes(along, deep, 9.0, 3.4)
        for at, half, share in ((1.05, 0.09, None), (4.75, 0.08, dash), (8.45, 0.10, None)):
            lines = (
                (MEDIAN - at - half, MEDIAN - at + half),
                (MEDIAN + at - half, MEDIAN + at + half),
            )
            far = slice(0, _last_seen(left, right, lines))
            metre = reach[far]
            # The painted part of a pixel is at most as wide as the line and as the pixel.
            bright = np.float32(0.8) if share is None else np.float32(0.8) * share[far]
            cover: Plane = fold[far] - np.float32(at)
            np.abs(cover, out=cover)
            cover *= -bright * metre
            cover += bright * (np.float32(half) * metre + np.float32(0.5))
            np.maximum(cover, np.float32(0), out=cover)
            most = np.minimum(np.float32(1), np.float32(2 * half) * metre)
            np.minimum(cover, bright * most, out=cover)
            matter[far] += cover
        return matter

    # Things along the road.

    def _beside(self, across: float) -> tuple[Plane, Plane]:
        """Return per column the distance of a line beside the road, and its visibility (0..1)."""
        canvas = self._canvas
        ahead = _STEPS
        seen = (across + self._offset(ahead)) * FOCAL / ahead
        side = math.copysign(1.0, across)
        # Behind the point where the road bends back across the view, nothing is visible.
        nearer = np.maximum.accumulate((side * seen)[::-1])
        distance = np.interp(side * canvas.x, nearer, ahead[::-1])
        shown = np.clip((side * canvas.x - nearer[0]) * canvas.unit + 0.5, 0, 1)
        return distance.astype(np.float32), shown.astype(np.float32)

    def _draw_trees(self, across: float, light: Colour) -> None:
        canvas = self._canvas
        distance, shown = self._beside(across)
        tall = self._skyline_at(self._along + distance, self._column_step(distance), across)
        top = self._level + (EYE - tall) * FOCAL / distance
        first, last = self._rows(float(top.min()), self._level)
        if first >= last:
            return
        y = canvas.y[first:last, None]
        cover = np.clip((y - top[None, :]) * canvas.unit + 0.5, 0, 1) * shown
        cover *= np.clip((self._level - y) * canvas.unit + 0.5, 0, 1)
        canvas.blend(first, last, 0, canvas.width, cover.astype(np.float32), light)

    def _draw_rail(self, across: float, ends: bool = False) -> None:
        """Draw a guard rail: a ribbed band on posts, with gaps if `ends`."""
        canvas = self._canvas
        distance, shown = self._beside(across)
        along = self._along + distance.astype(np.float64)
        scale = FOCAL / distance
        sunk = np.zeros_like(distance)
        if ends:
            metres = np.arange(len(self._rail_heights))
            deep = np.interp(np.mod(along, len(metres) - 1), metres, self._rail_heights)
            sunk = deep.astype(np.float32)
        top = self._level + (EYE - 0.74 + sunk) * scale
        columns = np.flatnonzero((shown > 0) & (sunk < 1))
        if not columns.size:
            return
        cut = slice(int(columns[0]), int(columns[-1]) + 1)
        first, last = self._rows(self._level, self._level + float(EYE * scale[cut].max()))
        if first >= last:
            return
        step = self._column_step(distance)[cut]
        lit = np.float32(0.03) + np.float32(0.55) / (1 + (distance[cut] / 11) ** 2)
        flash = _dashes(along[cut], step, 12.0, 0.35) * 18 / (1 + (distance[cut] / 50) ** 2)
        ribbed = 0.38 / (1 + (distance[cut] / np.float32(0.06 * FOCAL * canvas.unit)) ** 2)
        lit *= 1 - 0.45 * _dashes(along[cut], step, 4.0, 0.22)
        y = canvas.y[first:last, None]
        down = (y - top[None, cut]) / scale[cut]
        soft = distance[cut] / np.float32(FOCAL * canvas.unit)
        band = np.clip(down / soft + 0.5, 0, 1) * np.clip((0.34 - down) / soft + 0.5, 0, 1)
        post = np.clip((down - 0.3) / soft + 0.5, 0, 1) * np.clip(
            (0.74 - sunk[cut] - down) / soft + 0.5, 0, 1
        )
        post *= _dashes(along[cut] + 0.04, step, 4.0, 0.14)
        ribs = 0.62 + ribbed * np.cos(np.float32(2 * math.pi / 0.17) * down)
        there = (shown[cut] * np.clip(1 - sunk[cut], 0, 1)).astype(np.float32)
        cover = (np.maximum(band, 0.9 * post) * there).astype(np.float32)
        shade = (cover * (ribs * (0.24 * lit) + np.float32(0.003))).astype(np.float32)
        keep = 1 - cover
        window = canvas.light[first:last, cut]
        dim(window, keep)
        brighten(window, tint(shade, (0.95, 0.92, 0.95)))
        flash = (band * (np.clip(0.2 - down, 0, 0.15) * (flash * there))).astype(np.float32)
        brighten(window, tint(flash, REFLECTOR))

    def _column_step(self, distance: Plane) -> Plane:
        if len(distance) < 2:
            return np.full_like(distance, 4.0)
        step: Plane = np.abs(np.gradient(distance))
        return step.clip(0.01, 400.0)

    def _rows(self, top: float, bottom: float) -> tuple[int, int]:
        canvas = self._canvas
        first = max(0, math.floor((top + canvas.bottom) * canvas.unit) - 1)
        return first, min(canvas.height, math.ceil((bottom + canvas.bottom) * canvas.unit) + 1)

    def _skyline_at(self, along: Plane, step: Plane, across: float) -> Plane:
        places, fine, coarse = self._skyline
        at = np.mod(along * 2.0 + 977.0 * (across > 0), len(places))
        detail = np.clip(1.5 - step, 0, 1)
        return np.interp(at, places, coarse) + detail * np.interp(at, places, fine)

    def _stand(self, across: float, ahead: float) -> Upright:
        return Upright(self._canvas, *self._place(across, 0.0, ahead))

    def _posts(self) -> Iterator[Thing]:
        first = math.ceil((self._along + 2.2) / POST_STEP)
        for index in range(first, first + 8):
            ahead = index * POST_STEP - self._along
            yield ahead, self._draw_post, (2.95, ahead)

    def _draw_post(self, across: float, ahead: float) -> None:
        post = self._stand(across, ahead)
        lit = 0.3 / (1 + (ahead / 14) ** 2)
        post.box(-0.06, 0.0, 0.06, 0.95, times((1.0, 0.95, 0.8), lit))
        shine = 2.6 / (1 + (ahead / 40) ** 2) * ramp(8 * POST_STEP - ahead, 0, POST_STEP)
        post.light(0, 0.8, 0.05, times(XENON, shine), least=0.0016)

    def _signs(self) -> Iterator[Thing]:
        first = math.ceil((self._along - 60.0) / SIGN_STEP)
        for index in range(first, first + 4):
            ahead = index * SIGN_STEP + 60.0 * chance(self.seed, 8, index) - self._along
            if 5.0 < ahead < REACH:
                yield ahead, self._draw_sign, (ahead, index)

    def _draw_sign(self, ahead: float, index: int) -> None:
        gantry = chance(self.seed, 9, index) < 0.35
        colour = SIGNS[int(len(SIGNS) * chance(self.seed, 10, index))]
        half = 3.2 if gantry else 1.0 + 0.8 * chance(self.seed, 11, index)
        low, high = (5.6, 7.8) if gantry else (1.9, 3.6)
        sign = self._stand(-1.8 if gantry else 5.9, ahead)
        lit = (0.15 + 1.1 / (1 + (ahead / 45) ** 2)) * ramp(REACH - ahead, 0, 80)
        white, steel = times((0.62, 0.66, 0.7), lit), times((0.03, 0.032, 0.036), lit)
        for side in (-7.6, 6.6) if gantry else (-0.5, 0.5):
            sign.box(side - 0.09, 0.0, side + 0.09, high - 0.1, steel)
        if gantry:
            sign.box(-7.6, low - 0.5, 6.6, low - 0.2, steel)
        sign.box(-half, low, half, high, white)
        sign.box(-half + 0.09, low + 0.09, half - 0.09, high - 0.09, times(colour, lit))
        for line in range(3 if gantry else 2):
            top = high - 0.35 - 0.58 * line
            length = (0.35 + 0.5 * chance(self.seed, 12, index, line)) * (2 * half - 0.6)
            sign.box(-half + 0.3, top - 0.26, -half + 0.3 + length, top, white)

    def _lamps(self) -> Iterator[tuple[float, float, Colour]]:
        """Yield distance, brightness and colour of the street lamps ahead and just behind."""
        first = math.ceil((self._along - 12.0) / LAMP_STEP)
        for index in range(first, first + 15):
            ahead = index * LAMP_STEP - self._along
            lit = ramp(wander(index / 14.0, self.seed, 13), 0.22, 0.34)
            lit *= ramp(REACH - ahead, 0, 120)
            if lit > 0:
                warm = wander(index / 9.0, self.seed, 14) > 0.45
                yield ahead, lit, SODIUM if warm else PINKISH

    def _draw_lamp(self, ahead: float, lit: float, colour: Colour) -> None:
        if ahead < 3.0:
            return
        mast = self._stand(MEDIAN, ahead)
        reach = LAMP_ACROSS - MEDIAN
        show = ramp(150.0 - ahead, 0, 60)
        if show > 0:
            steel = times((0.012, 0.013, 0.018), 1 + 4 / (1 + (ahead / 12) ** 2))
            neck = LAMP_HEIGHT - 0.5
            mast.line(0, 0, 0, neck, 0.16 * show, steel)
            for side in (-reach, reach):
                mast.line(0, neck, side, LAMP_HEIGHT, 0.11 * show, steel)
        for side in (-reach, reach):
            core, halo = times(colour, 7.0 * lit), times(colour, 0.55 * lit * show)
            mast.light(side, LAMP_HEIGHT, 0.30, core, radius_y=0.16, least=0.0013)
            if show > 0:
                mast.light(side, LAMP_HEIGHT, 0.62, halo, least=0.003)

    # Traffic.

    def _traffic(self) -> Iterator[Thing]:
        lanes = ((MEDIAN - 2.9, -17.0, 46.0), (MEDIAN - 6.6, -14.0, 46.0), (-LANE, 19.0, 95.0))
        for lane, (across, pace, gap) in enumerate(lanes):
            front = self._along - pace * self._seconds
            first = math.ceil(front / gap) - 1
            for slot in range(first, first + math.ceil(REACH / gap) + 2):
                if chance(self.seed, 20, lane, slot) > 0.42 * self.crowd:
                    continue
                ahead = (slot + 0.7 * chance(self.seed, 21, lane, slot)) * gap - front
                if 2.0 < ahead < REACH:
                    yield ahead, self._draw_vehicle, (across, ahead, pace < 0, lane, slot)
        if self.crowd > 0:
            near = wander(self._seconds / 7.0, self.seed, 22)
            ahead = 15.0 * math.exp(2.3 * near) + 2.0 * math.sin(0.4 * self._seconds)
            yield ahead, self._draw_vehicle, (0.12, ahead, False, 9, 0)

    def _draw_vehicle(
        self, across: float, ahead: float, oncoming: bool, lane: int, slot: int
    ) -> None:
        drift = 0.25 * math.sin(0.5 * self._seconds + 6.28 * chance(self.seed, 23, lane, slot))
        at = self._stand(across + drift, ahead)
        if abs(at.x) > self._canvas.right + 4 * at.scale:
            return
        Vehicle.of(self.seed, 24, lane, slot).draw(
            at,
            oncoming=oncoming,
            lit=0.04 if oncoming else 1.3 / (1 + (ahead / 13) ** 2),
            brake=ramp(wander(self._seconds / 2.2, self.seed, 26, lane, slot), 0.62, 0.78),
            body=ramp(130.0 - ahead, 0, 40),
            fade=ramp(REACH - ahead, 0, 90),
        )


def _last_seen(left: Plane, right: Plane, stripes: Iterable[tuple[float, float]]) -> int:
    """Count the rows down to the last one in which a stripe along the road may be visible.

    Args:
        left: first visible position across each row in metres, farthest rows first.
        right: last visible position.
        stripes: first and last position of each stripe, in metres across.
    """
    seen = np.zeros(len(left), bool)
    for first, last in stripes:
        seen |= (left < last) & (right > first)
    rows = np.flatnonzero(seen)
    return int(rows[-1]) + 1 if rows.size else 0


def _dashes(along: Plane, deep: Plane, period: float, length: float) -> Plane:
    """Return the share of each row's stretch of road that is painted, exact at any distance."""

    def painted(to: Plane) -> Plane:
        whole = np.floor(to / period)
        return whole * length + np.minimum(to - whole * period, length)

    half = deep / 2
    return ((painted(along + half) - painted(along - half)) / deep).astype(np.float32)


def _dot(sky: Plane, x: float, y: float, sigma: float, tint: Plane) -> None:
    sigma_drawn = max(sigma, 0.5)
    reach = math.ceil(3 * sigma_drawn) + 1
    x0, x1 = max(0, int(x) - reach), min(sky.shape[1], int(x) + reach + 1)
    y0, y1 = max(0, int(y) - reach), min(sky.shape[0], int(y) + reach + 1)
    if x0 >= x1 or y0 >= y1:
        return
    bell_x = np.exp(-0.5 * ((np.arange(x0, x1) + 0.5 - x) / sigma_drawn) ** 2)
    bell_y = np.exp(-0.5 * ((np.arange(y0, y1) + 0.5 - y) / sigma_drawn) ** 2)
    strength = 6.0 * (sigma / sigma_drawn) ** 2
    sky[y0:y1, x0:x1] += np.outer(bell_y, bell_x)[..., None] * (tint * strength)


def _asphalt(seed: int) -> Plane:
    """Return roughness that tiles: two lanes wide, `TEXTURE_LENGTH` long, about -1..1."""
    rng = np.random.default_rng((seed, 30))
    rows, columns = 1024, 256
    total = np.zeros((rows, columns), np.float32)
    for sigma_y, sigma_x, weight in (
        (0.7, 0.7, 0.07),
        (2, 3, 0.06),
        (8, 10, 0.07),
        (60, 5, 0.15),
        (24, 30, 0.08),
    ):
        total += tiling(rng, rows, columns, sigma_y, sigma_x) * np.float32(weight)
    lane = np.arange(columns) / columns * 2 * LANE
    wheel = np.zeros(columns)
    for track in (-0.8, 0.8, LANE - 0.8, LANE + 0.8, 2 * LANE - 0.8):
        wheel += np.exp(-(((lane - track) / 0.35) ** 2))
    total -= (0.16 * wheel).astype(np.float32)[None, :]
    for _ in range(14):
        row = int(rng.integers(rows))
        total[row : row + int(rng.integers(3, 9))] -= np.float32(rng.uniform(0.06, 0.22))
    return total


def _rail_heights(seed: int) -> Plane:
    """Return the depth of the right guard rail in the ground per metre, tiling at 2048 metres."""
    line = tiling(np.random.default_rng((seed, 32)), 1, 2048, 1.0, 55.0)[0]
    sunk = np.clip((line + 0.3) / 0.25, 0, 1)
    return np.append(sunk, sunk[0])


def _skyline(seed: int) -> tuple[Plane, Plane, Plane]:
    """Return positions in half metres, and heights of trees there in metres, as a fine and a coarse
    part that tile."""
    rng = np.random.default_rng((seed, 31))
    count = 8192
    noise = np.fft.rfft(rng.standard_normal(count))
    wave = np.fft.rfftfreq(count)

    def band(low: float, high: float) -> Plane:
        part = np.fft.irfft(
            noise * np.exp(-((wave / high) ** 2)) * (1 - np.exp(-((wave / low) ** 2)))
        )
        line: Plane = part / part.std()
        return line

    coarse = np.maximum(4.5 + 3.2 * band(0.0008, 0.006), 0.3)
    fine = 1.1 * band(0.01, 0.25) * np.clip(coarse / 4, 0, 1)
    return np.arange(count, dtype=np.float64), fine, coarse
