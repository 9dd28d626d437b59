"""The open sea at sunset: swell, foam, glitter; sails, gulls and buoys that come and go."""

from __future__ import annotations

import math

import numpy as np

from artengine.api import Picture, Size

from .canvas import Canvas, times, tint
from .chance import chance, wander
from .cutout import Sprite, cut_out
from .lens import Lens
from .light import Colour, Plane
from .noise import tiling
from .planes import enlarged, held, mixed, weighted
from .scene import Scene
from .tile import Tile
from .upright import Upright

HORIZON = -0.10
TILE = 256

SAILS: tuple[Colour, ...] = (
    (0.95, 0.90, 0.80),
    (0.95, 0.06, 0.04),
    (1.00, 0.45, 0.03),
    (0.05, 0.45, 0.60),
    (0.95, 0.80, 0.10),
)
SHIPS, GULLS, BUOYS = 6, 11, 4


class Sea(Scene):
    """Waves roll in and break under a low sun; boats sail by and gulls cross the sky."""

    def __init__(self, size: Size, seed: int, crowd: float, sway: float) -> None:
        super().__init__(size, seed, crowd, sway)
        self._canvas = canvas = Canvas(size)
        self._lens = Lens(size, grain=0.0006)
        rng = np.random.default_rng((seed, 200))
        ripples = tiling(rng, TILE, TILE, 1.1, 2.2) + 0.8 * tiling(rng, TILE, TILE, 2.5, 5.0)
        waves = tiling(rng, TILE, TILE, 4.0, 9.0) + 0.5 * tiling(rng, TILE, TILE, 1.5, 3.0)
        self._mackerel = Tile(_mackerel(rng))
        shrink = min(1.0, 160 / canvas.unit)
        self._soft = max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
        self._sky: Plane = np.zeros((self._soft[1], self._soft[0], 3), np.float32)
        self._boats = [Sprite(_boat(sail), 24.0, (84, 150)) for sail in SAILS]
        self._buoy = Sprite(cut_out(_paint_buoy, (48, 64), 24.0), 24.0, (24, 48))
        self._lay_water(Tile(ripples), Tile(waves))

    def draw(self, seconds: float) -> Picture:
        """Draw the picture; see `Scene.draw`."""
        self._seconds = seconds
        self._pan = 0.035 * seconds + 0.15 * self.sway * math.sin(0.21 * seconds)
        self._rise = 0.018 * self.sway * math.sin(0.75 * seconds)
        self._sun = 0.30 * math.sin(0.10 * seconds + 6.28 * chance(self.seed, 201))
        self._rose = 0.5 + 0.5 * math.sin(0.13 * seconds + 6.28 * chance(self.seed, 202))
        self._draw_sky()
        self._draw_gulls()
        self._draw_water()
        for slot in sorted(range(round(SHIPS * self.crowd)), key=self._far, reverse=True):
            self._draw_boat(slot)
        for slot in range(round(BUOYS * self.crowd)):
            self._draw_buoy(slot)
        return self._lens.develop(self._canvas, seconds, halo=(0.06, 0.03))

    # Above the horizon.

    def _draw_sky(self) -> None:
        canvas = self._canvas
        width, height = self._soft
        x: Plane = np.linspace(-canvas.right, canvas.right, width, dtype=np.float32)[None, :]
        y: Plane = np.linspace(-canvas.bottom, canvas.bottom, height, dtype=np.float32)[:, None]
        # The water hides everything below the lowest position of the horizon.
        lowest = (HORIZON + 0.02 * self.sway + canvas.bottom) / (2 * canvas.bottom)
        y = y[: math.ceil(height * lowest) + 2]
        up: Plane = np.maximum(np.float32(HORIZON + self._rise) - y, np.float32(0))
        near: Plane = 1 / (up + np.float32(0.07))
        texel_x: Plane = x * (24 * near)
        texel_x += np.float32((self._pan * 190 + 2.0 * self._seconds) % TILE)
        texel_y: Plane = near * np.float32(46) + np.float32(3.0 * self._seconds % TILE)
        cloud: Plane = self._mackerel.at(texel_x, texel_y)
        cloud *= np.minimum(up / np.float32(0.06), np.float32(1))
        low = np.exp(up / np.float32(-0.13))
        away = np.exp(np.square(x - np.float32(self._sun)) / np.float32(-0.22))
        warm: Plane = low * (np.float32(0.35) + np.float32(0.65) * away)
        lit: Plane = np.exp(up / np.float32(-0.4)) * (np.float32(1.3) * away)
        lit += np.float32(0.25)
        lit *= cloud
        rose = self._rose
        sky = self._sky
        red, green, blue = sky[: len(y), :, 0], sky[: len(y), :, 1], sky[: len(y), :, 2]
        red[:] = weighted(warm, 0.80, lit, 0.62, 0.006 + 0.03 * rose)
        green[:] = weighted(warm, 0.18, cloud, 0.02, 0.016)
        green += (np.float32(0.08) + np.float32(0.22) * low) * lit
        blue[:] = weighted(warm, -0.05, cloud, 0.05, 0.085 + 0.05 * rose)
        blue += (np.float32(0.20) - np.float32(0.16) * low) * lit
        canvas.fill(sky)
        at = HORIZON + self._rise - 0.055
        canvas.glow(self._sun, at, 0.028, (7.0, 4.2, 1.6))
        canvas.glow(self._sun, at, 0.12, (0.45, 0.12, 0.01))

    def _draw_gulls(self) -> None:
        canvas, now = self._canvas, self._seconds
        for bird in range(round(GULLS * self.crowd)):
            span = 2 * canvas.right + 0.6
            way = 1 if chance(self.seed, 210, bird % 3) < 0.5 else -1
            pace = 0.10 + 0.06 * chance(self.seed, 211, bird % 3)
            at = chance(self.seed, 212, bird % 3) * span + 0.11 * (bird // 3) * way
            at += way * pace * now - 0.6 * self._pan
            lap = math.floor(at / span)
            x = at - lap * span - span / 2
            high = chance(self.seed, 213, bird % 3, lap) + 0.18 * chance(self.seed, 214, bird)
            y = HORIZON - 0.05 - 0.30 * high + 0.02 * math.sin(0.9 * now + bird)
            wing = 0.022 + 0.030 * chance(self.seed, 215, bird % 3, lap)
            beat = math.sin((5.0 + chance(self.seed, 216, bird)) * now + bird)
            tip, bend = -0.55 * beat * wing, -(0.25 + 0.30 * beat) * wing
            outline = [(x - wing, y + tip), (x - 0.45 * wing, y + bend), (x, y), (x, y)]
            outline += [(x + 0.45 * wing, y + bend), (x + wing, y + tip)]
            outline += [(x + 0.4 * wing, y + bend + 0.13 * wing), (x, y + 0.16 * wing)]
            outline += [(x - 0.4 * wing, y + bend + 0.13 * wing)]
            canvas.shape(outline, (0.012, 0.010, 0.022))

    # The water.

    def _lay_water(self, ripples: Tile, waves: Tile) -> None:
        """Compute the water texture's coordinates and the nearness of pixels below the horizon.

        Waves grow in proportion to their distance below the horizon. In true perspective they would
        grow with the square of it, which leaves room for one wave or for noise.
        """
        canvas = self._canvas
        self._first = int(np.sum(canvas.y < HORIZON - 0.02 * self.sway))
        rows = canvas.height - self._first
        below: Plane = np.maximum(
            canvas.y[self._first :, None] - np.float32(HORIZON), np.float32(0)
        )
        below += np.float32(0.012)
        small = (
            max(1, self._soft[0] * 3 // 2),
            max(1, round(rows * self._soft[0] * 3 / 2 / canvas.width)),
        )
        if rows < 1:
            return
        self._ripples = ripples.seen_from(*_looked_at(canvas.x[None, :], below, 170.0, 128.0))
        y = np.linspace(float(below[0, 0]), float(below[-1, 0]), small[1], dtype=np.float32)[
            :, None
        ]
        x = np.linspace(-canvas.right, canvas.right, small[0], dtype=np.float32)[None, :]
        self._small_x, self._small_below = x, y
        self._waves = waves.seen_from(*_looked_at(x, y, 62.0, 56.0))
        self._small_depth: Plane = np.float32(2 * math.pi * 1.9) * -np.log(y)
        self._small_near = np.minimum(y / np.float32(0.10), np.float32(1))
        shape = (rows, canvas.width)
        near = np.clip(below / 0.12, 0, 1).astype(np.float32)
        self._near: Plane = np.ascontiguousarray(np.broadcast_to(near, shape))
        mist = np.broadcast_to(np.exp(-below / 0.06).astype(np.float32), shape)
        self._mist: Plane = tint(np.ascontiguousarray(mist), (0.40, 0.09, 0.03))

    def _swell(self, size: Size) -> tuple[Plane, Plane, Plane, Plane]:
        """Return slope, white crests, the sun's path and its gleam of the large waves."""
        now = self._seconds
        waves: Plane = self._waves(40 * self._pan, 13.0 * now)
        # Swell comes in rows with broken crests, in groups that grow and pass.
        turn: Plane = waves * np.float32(1.6)
        turn += self._small_depth
        turn += np.float32(0.40 * now % 1.0 * (2 * math.pi))
        swell: Plane = np.sin(turn)
        crest = np.maximum(swell, np.float32(0))
        white: Plane = crest * crest
        white *= crest
        white *= np.float32(0.9 + 0.7 * (0.5 + 0.5 * math.sin(0.5 * now)))
        white += np.float32(0.45) * waves
        white -= np.float32(1.45)
        white *= self._small_near
        slope: Plane = np.cos(turn, out=turn)
        slope *= np.float32(0.95)
        slope += np.float32(0.45) * waves
        slope *= self._small_near
        wide = np.float32(0.05) + np.float32(0.42) * self._small_below
        path: Plane = np.square(np.square((self._small_x - np.float32(self._sun)) / wide))
        path += np.float32(1)
        np.divide(np.float32(1), path, out=path)
        gleam = weighted(waves, 0.35, swell, 0.5, -0.35)
        return (
            enlarged(slope, size),
            enlarged(white, size),
            enlarged(path, size),
            enlarged(gleam, size),
        )

    def _draw_water(self) -> None:
        canvas, now = self._canvas, self._seconds
        rows = canvas.height - self._first
        if rows < 1:
            return
        slope, white, path, gleam = self._swell((canvas.width, rows))
        ripples: Plane = self._ripples(90 * self._pan + 4 * now, 27.0 * now)
        ripples *= self._near
        # Four lights of the water, mixed by one matrix product.
        foam = held(weighted(white, 2.2, ripples, 0.88), 0, 1)
        glitter = weighted(gleam, 1, ripples, 0.75)
        np.maximum(glitter, np.float32(0), out=glitter)
        glitter *= glitter
        glitter *= np.float32(1.7)
        glitter += np.float32(0.05)
        glitter *= path
        clear = held(weighted(slope, -0.30, ripples, -0.15, 0.10), 0, 1)
        clear *= self._near
        mirror = held(weighted(slope, 0.30, ripples, 0.15, 0.10), 0, 1.3)
        mirror *= mirror
        red = 0.15 + 0.17 * self._rose
        colours = np.array(
            [
                (red, 1.3, 1.0, 0.0, 0.002),
                (0.09, 0.60, 0.95, 0.07, 0.006),
                (0.34, 0.16, 0.95, 0.075, 0.025),
            ],
            np.float32,
        )
        light = mixed((mirror, glitter, foam, clear), colours)
        light += self._mist
        # The horizon rises and sinks with the camera's boat.
        y = canvas.y[self._first :, None]
        cover = np.clip((y - HORIZON - self._rise) * canvas.unit + 0.5, 0, 1)[:, :, None]
        shown = int(np.sum(cover < 1))
        window = canvas.light[self._first :]
        window[:shown] += (light[:shown] - window[:shown]) * cover[:shown]
        window[shown:] = light[shown:]

    # On the water.

    def _far(self, slot: int) -> float:
        return chance(self.seed, 220, slot)

    def _draw_boat(self, slot: int) -> None:
        canvas, now = self._canvas, self._seconds
        far = 0.9 + 7.0 * self._far(slot) ** 1.5
        way = 1 if chance(self.seed, 221, slot) < 0.5 else -1
        scale = 0.032 / far**0.9
        margin = 12 * scale
        span = 2 * (canvas.right + margin)
        at = chance(self.seed, 222, slot) * span + way * 0.085 * now / far**0.6
        at -= 0.8 * self._pan / far**0.5
        lap = math.floor(at / span)
        x = at - lap * span - span / 2
        foot = HORIZON + self._rise + 0.14 / far - 0.012
        foot += 0.006 / far * math.sin(2.0 * now + 5 * slot)
        turn = 0.07 * math.sin(1.3 * now + 2 * slot) + 0.06 * way
        sail = int(len(SAILS) * chance(self.seed, 223, slot, lap))
        boat, mist = self._boats[sail], 1 / (1 + 0.10 * far)
        lit = (mist, mist, mist)
        boat.draw(canvas, x, foot, scale, flip=way < 0, upset=True, turn=-turn, fade=0.35, lit=lit)
        boat.draw(canvas, x, foot, scale, flip=way < 0, turn=turn, lit=lit)

    def _draw_buoy(self, slot: int) -> None:
        canvas, now = self._canvas, self._seconds
        span = 2 * canvas.right + 0.5
        near = 0.35 + 0.5 * chance(self.seed, 230, slot)
        at = chance(self.seed, 231, slot) * span - 1.9 * self._pan / near - 0.02 * now
        x = at - math.floor(at / span) * span - span / 2
        foot = HORIZON + self._rise + 0.14 / near + 0.010 * math.sin(2.6 * now + 3 * slot)
        turn = 0.28 * math.sin(1.7 * now + slot)
        scale = 0.030 / near
        self._buoy.draw(canvas, x, foot, scale, upset=True, turn=-turn, fade=0.3)
        self._buoy.draw(canvas, x, foot, scale, turn=turn)
        if wander(1.4 * now, self.seed, 232, slot) > 0.55:
            canvas.glow(x + 1.1 * scale * turn, foot - 1.15 * scale, 0.008, (3.0, 0.3, 0.1))


def _looked_at(x: Plane, below: Plane, across: float, away: float) -> tuple[Plane, Plane]:
    """Return texel coordinates of pixels `below` the horizon; sizes are at a unit below it."""
    ahead = np.broadcast_to(-away * np.log(below), (below.size, x.size))
    return (x * across / below**0.75).astype(np.float32), ahead.astype(np.float32)


def _mackerel(rng: np.random.Generator) -> Plane:
    """Draw rows of small clouds `(TILE, TILE)`, 0..1."""
    broad = tiling(rng, TILE, TILE, 16, 26)
    small = tiling(rng, TILE, TILE, 2.5, 6.0) + 0.5 * tiling(rng, TILE, TILE, 1.2, 2.5)
    return np.clip(0.10 + 0.45 * broad + 0.33 * small, 0, 1.3)


def _boat(sail: Colour) -> Plane:
    def paint(canvas: Canvas) -> None:
        at = Upright(canvas, 0.0, canvas.bottom - 10 / 24, 1.0)
        at.line(0.1, 0.4, 0.0, 5.9, 0.12, (0.05, 0.03, 0.02))
        at.shape([(-0.1, 0.9), (-0.1, 5.6), (-1.2, 3.6), (-2.3, 0.9)], sail)
        at.shape([(-0.1, 3.0), (-0.1, 5.6), (-0.8, 4.3)], times(sail, 0.62))
        at.shape([(0.2, 1.0), (0.15, 5.1), (1.2, 3.0), (2.2, 0.9)], times(sail, 0.75))
        for height in (1.9, 2.9, 3.9):
            at.line(-2.3 + 0.36 * height, height, -0.1, height + 0.1, 0.05, times(sail, 0.5))
        hull = [(-2.6, 0.7), (2.9, 0.8), (2.2, -0.05), (-2.2, -0.05)]
        at.shape(hull, (0.06, 0.02, 0.015))
        at.shape([(-2.58, 0.70), (2.9, 0.8), (2.75, 0.6), (-2.5, 0.52)], (0.75, 0.70, 0.6))
        at.shape([(-0.9, 0.72), (0.5, 0.76), (0.4, 1.1), (-0.8, 1.06)], (0.30, 0.10, 0.03))

    return cut_out(paint, (168, 160), 24.0)


def _paint_buoy(canvas: Canvas) -> None:
    at = Upright(canvas, 0.0, canvas.bottom - 16 / 24, 1.0)
    at.shape([(-0.42, -0.05), (0.42, -0.05), (0.34, 0.35), (-0.34, 0.35)], (0.80, 0.03, 0.02))
    at.shape([(-0.30, 0.35), (0.30, 0.35), (0.22, 0.62), (-0.22, 0.62)], (0.85, 0.80, 0.70))
    at.shape([(-0.2, 0.62), (0.2, 0.62), (0.07, 1.1), (-0.07, 1.1)], (0.80, 0.03, 0.02))
