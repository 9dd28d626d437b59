"""A flight through towers of cloud, with hot-air balloons, birds and shafts of sun."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np

from artengine.api import Picture, Size

from .canvas import Canvas, times, tint
from .chance import chance, ramp
from .cutout import Sprite, cut_out, lay
from .lens import Lens
from .light import Colour, Plane
from .noise import tiling
from .planes import dim, enlarged, held, weighted
from .scene import Scene
from .tile import Tile
from .upright import Upright

TOWERS = 11
BALLOONS = 9
BIRDS = 14
TILE = 256
PACE = 0.55
"""Distance a second, in units of the width seen from a focal length away."""

SILKS: tuple[tuple[Colour, Colour], ...] = (
    ((0.95, 0.03, 0.03), (0.95, 0.85, 0.75)),
    ((0.95, 0.50, 0.02), (0.55, 0.02, 0.12)),
    ((0.02, 0.30, 0.75), (0.95, 0.75, 0.05)),
    ((0.02, 0.55, 0.50), (0.95, 0.90, 0.85)),
    ((0.60, 0.03, 0.50), (0.10, 0.75, 0.85)),
    ((0.95, 0.20, 0.35), (0.10, 0.06, 0.30)),
)


class Clouds(Scene):
    """Cumulus rises, comes near and is flown through; balloons hang in between, far and near."""

    def __init__(self, size: Size, seed: int, crowd: float, sway: float) -> None:
        super().__init__(size, seed, crowd, sway)
        self._canvas = canvas = Canvas(size)
        self._lens = Lens(size, grain=0.0004)
        self._towers, self._deck = _grown(seed)
        self._balloons = [Sprite(_balloon(silk), 10.0, (80, 100)) for silk in SILKS]
        shrink = min(1.0, 170 / canvas.unit)
        soft = max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
        self._soft = Canvas(soft, canvas.unit * soft[0] / size[0])
        x = np.linspace(-canvas.right, canvas.right, soft[0], dtype=np.float32)
        y = np.linspace(-canvas.bottom, canvas.bottom, soft[1], dtype=np.float32)
        self._x, self._y = np.meshgrid(x, y)

    def draw(self, seconds: float) -> Picture:
        """Draw the picture; see `Scene.draw`."""
        canvas = self._canvas
        self._seconds = seconds
        self._turn = 0.05 * seconds + 0.25 * self.sway * math.sin(0.19 * seconds)
        self._tilt = 0.10 * self.sway * math.sin(0.31 * seconds)
        self._height = 0.10 + 0.05 * self.sway * math.sin(0.23 * seconds + 1.0)
        self._dusk = 0.5 + 0.5 * math.sin(0.11 * seconds + 6.28 * chance(self.seed, 501))
        self._draw_air()
        things = [self._tower(slot) for slot in range(TOWERS)]
        balloons = [self._balloon(slot) for slot in range(round(BALLOONS * self.crowd))]
        near = [thing for thing in things if thing[0] < 1.6]
        for ahead, key, slot in sorted(things, reverse=True):
            if ahead >= 1.6:
                self._draw_tower(ahead, key, slot)
        canvas.fill(self._soft.light)
        self._draw_birds()
        for ahead, key, slot in sorted(balloons, reverse=True):
            self._draw_balloon(ahead, key, slot)
        if near:
            # Near clouds hide the balloons: they are laid over them, as light and cover.
            self._soft.light[:] = 0
            veil = np.zeros((*self._soft.light.shape[:2], 4), np.float32)
            for ahead, key, slot in sorted(near, reverse=True):
                self._draw_tower(ahead, key, slot, veil)
            lay(canvas.light, enlarged(veil, (canvas.width, canvas.height)))
        return self._lens.develop(canvas, seconds, halo=(0.06, 0.04))

    def _seen(self, x: float, y: float, ahead: float) -> tuple[float, float]:
        flat_x, flat_y = x / ahead, y / ahead + self._height * 0.5
        cos, sin = math.cos(self._tilt), math.sin(self._tilt)
        return flat_x * cos - flat_y * sin, flat_x * sin + flat_y * cos

    def _draw_air(self) -> None:
        """Draw sky, sun and the deck of cloud far below, on the soft grid."""
        x, y, now = self._x, self._y, self._seconds
        cos, sin = math.cos(self._tilt), math.sin(self._tilt)
        level: Plane = np.float32(cos) * y - np.float32(sin) * x
        level -= np.float32(self._height * 0.5)
        across: Plane = np.float32(sin) * y
        across = across + np.float32(cos) * x
        sun: Plane = across - np.float32(0.28 - 0.5 * math.sin(0.25 * self._turn * 4))
        over = held(weighted(level, self._soft.unit, level, 0, 0.5), 0, 1)
        lifted: Plane = level + np.float32(0.10)
        rays: Plane = np.arctan2(lifted, sun)
        square: Plane = sun * sun
        lifted *= lifted
        wide = weighted(square, -0.6 / 0.14, lifted, -1 / 0.14)
        np.exp(wide, out=wide)
        glow = weighted(square, -1 / 0.012, lifted, -1 / 0.012)
        np.exp(glow, out=glow)
        dusk = self._dusk
        low: Plane = np.exp(np.maximum(-level, np.float32(0)) / np.float32(-0.16))
        lit: Plane = low * wide
        sky = tint(lit, (0.30 + 0.35 * dusk, 0.13, 0.0))
        sky += tint(glow, (1.3, 0.75, 0.22))
        sky += tint(low, (0.25 * (0.30 + 0.35 * dusk), 0.3 * 0.13, 0.05))
        sky += np.array((0.004, 0.030 + 0.03 * (1 - dusk), 0.20 - 0.09 * dusk), np.float32)
        # The deck: bright heads and violet hollows, moving towards the camera.
        down: Plane = np.maximum(level, np.float32(0))
        near: Plane = np.float32(0.25) / (down + np.float32(0.035))
        across *= near
        across *= np.float32(60)
        across += np.float32(90 * self._turn % TILE)
        head = self._deck.at(across, 62 * near + np.float32(PACE * 60 * now % TILE))
        head *= np.minimum(down / np.float32(0.14), np.float32(1))
        head *= np.float32(0.55)
        head += np.float32(0.30)
        held(head, 0, 1.6)
        head *= head
        mist: Plane = np.exp(down / np.float32(-0.07))
        bright: Plane = wide + np.float32(0.3)
        bright *= head
        floor = tint(bright, (0.30 + 0.30 * dusk, 0.14, 0.0))
        floor += tint(mist * wide, (0.3, 0.10, 0.0))
        floor += tint(weighted(head, 0.17, mist, 0.04), (0.0, 0.0, 1.0))
        floor += np.array((0.006, 0.006, 0.035), np.float32)
        floor -= sky
        dim(floor, over)
        sky += floor
        shaft: Plane = np.sin(9 * rays + np.float32(0.5 * now))
        shaft *= np.sin(23 * rays - np.float32(0.3 * now))
        held(shaft, 0, 1)
        shaft *= wide
        shaft *= np.float32(1) - over
        sky += tint(shaft, (0.22, 0.10, 0.03))
        self._soft.light[:] = sky

    # Clouds and balloons line the way; each reappears as another one after it is passed.

    def _place(self, kind: int, slot: int, count: int, depth: float) -> tuple[float, int, int]:
        at = (slot + 0.6 * chance(self.seed, kind, slot)) / count + self._seconds * PACE / depth
        lap = math.floor(at)
        ahead = depth * (1 - (at - lap)) + 0.10
        return ahead, int((1 << 40) * chance(self.seed, kind, slot, lap)), slot

    def _tower(self, slot: int) -> tuple[float, int, int]:
        return self._place(510, slot, TOWERS, 9.0)

    def _balloon(self, slot: int) -> tuple[float, int, int]:
        return self._place(520, slot, max(1, round(BALLOONS * self.crowd)), 11.0)

    def _draw_tower(self, ahead: float, key: int, slot: int, veil: Plane | None = None) -> None:
        side = 1 if slot % 2 else -1
        x = side * (0.45 + 1.9 * chance(key, 1)) - 0.4 * self.sway * math.sin(0.19 * self._seconds)
        y = 0.10 + 0.50 * chance(key, 2)
        at_x, at_y = self._seen(x, y, ahead)
        fade = ramp(ahead, 0.15, 1.3) * ramp(9.1 - ahead, 0, 2.0)
        far = math.exp(-ahead / 6.0)
        dusk = self._dusk
        lit: Colour = (
            (0.70 + 0.35 * dusk) * (0.6 + 0.4 * far),
            (0.62 - 0.08 * dusk) * (0.5 + 0.5 * far),
            0.75 - 0.15 * dusk,
        )
        tower = self._towers[key % len(self._towers)]
        scale = (0.75 + 0.8 * chance(key, 3)) / ahead
        flip = chance(key, 4) < 0.5
        tower.draw(
            self._soft, at_x, at_y, scale, flip=flip, turn=self._tilt, fade=fade, lit=lit, veil=veil
        )

    def _draw_balloon(self, ahead: float, key: int, slot: int) -> None:
        canvas, now = self._canvas, self._seconds
        x = 2.6 * (chance(key, 1) - 0.5)
        x += 0.25 if x > 0 else -0.25
        y = 1.1 * (chance(key, 2) - 0.62) + 0.04 * math.sin(0.7 * now + slot)
        at_x, at_y = self._seen(x, y, ahead)
        fade = ramp(11.1 - ahead, 0, 1.5) * ramp(ahead, 0.15, 0.5)
        swing = 0.06 * math.sin(1.1 * now + 2 * slot) + self._tilt
        scale = 0.020 / ahead
        haze = math.exp(-ahead / 9.0)
        lit: Colour = (haze, haze, haze)
        silk = key % len(SILKS)
        self._balloons[silk].draw(canvas, at_x, at_y, scale, turn=swing, fade=fade, lit=lit)
        fire = max(0.0, math.sin(1.9 * now + 3 * slot)) ** 6
        if fire > 0.05:
            glow = times((3.5, 1.5, 0.3), fire * fade)
            canvas.glow(at_x - 4 * scale * swing, at_y + 4.2 * scale, 1.3 * scale, glow)

    def _draw_birds(self) -> None:
        canvas, now = self._canvas, self._seconds
        for bird in range(round(BIRDS * self.crowd)):
            flock, place = bird % 2, bird // 2
            span = 2 * canvas.right + 1.0
            at = (
                chance(self.seed, 530, flock) * span
                + 0.13 * (1 - 2 * flock) * now
                - 0.5 * self._turn
            )
            lap = math.floor(at / span)
            arm = (place + 1) // 2 * (1 if place % 2 else -1)
            x = at - lap * span - span / 2 - 0.035 * abs(arm) * (1 - 2 * flock)
            y = -0.25 + 0.35 * chance(self.seed, 531, flock, lap) + 0.028 * arm
            beat = math.sin(6.5 * now + 0.8 * place)
            wing = 0.020 + 0.010 * chance(self.seed, 532, flock, lap)
            tip, bend = -0.6 * beat * wing, -(0.2 + 0.3 * beat) * wing
            outline = [(x - wing, y + tip), (x - 0.45 * wing, y + bend), (x, y)]
            outline += [(x + 0.45 * wing, y + bend), (x + wing, y + tip)]
            outline += [(x + 0.4 * wing, y + bend + 0.16 * wing), (x, y + 0.2 * wing)]
            outline += [(x - 0.4 * wing, y + bend + 0.16 * wing)]
            canvas.shape(outline, (0.02, 0.014, 0.04))


@lru_cache(maxsize=1)
def _grown(seed: int) -> tuple[list[Sprite], Tile]:
    # Cached, because a film opens its source several times and this takes half a second.
    rng = np.random.default_rng((seed, 500))
    towers = [Sprite(_cumulus(rng), 256.0, (128, 190)) for _ in range(5)]
    deck = tiling(rng, TILE, TILE, 12, 12) + 0.5 * tiling(rng, TILE, TILE, 4, 4)
    deck += 0.3 * tiling(rng, TILE, TILE, 1.6, 1.6)
    return towers, Tile(deck.astype(np.float32))


def _cumulus(rng: np.random.Generator) -> Plane:
    """Paint a heap of cloud `(256, 256, 4)`, lit from the upper right: puffs upon puffs."""
    side = 256
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    depth = np.full((side, side), -1e3, np.float32)
    bumps = 2.2 * tiling(rng, side, side, 5.0, 5.0) + 0.8 * tiling(rng, side, side, 2.0, 2.0)
    for puff in range(150):
        grown = puff / 150
        radius = 36 * (1 - grown) ** 0.8 * (0.5 + rng.random()) + 8
        spread = 62 * rng.standard_normal() * (0.40 + 0.35 * rng.random())
        middle_x = 128 + np.clip(spread, -84, 84)
        top = 62 + 0.0105 * (middle_x - 128) ** 2
        middle_y = 184 - max(0.0, 184 - top - radius) * rng.random() ** 0.8
        lift = 6 * rng.standard_normal()
        # The bounding square of the puff.
        rows, columns = (
            slice(max(0, math.floor(at - radius)), max(0, math.ceil(at + radius) + 1))
            for at in (middle_y, middle_x)
        )
        square = radius**2 - (x[:1, columns] - middle_x) ** 2 - (y[rows, :1] - middle_y) ** 2
        ball = np.sqrt(np.maximum(square, 0)) + lift
        heap = depth[rows, columns]
        np.copyto(heap, np.maximum(heap, ball), where=square > 0)
    inside = (depth > -500).astype(np.float32)
    base = 1 / (1 + np.exp((y - 190 + 0.4 * bumps) / 5.0))
    soft = cv2.GaussianBlur(inside, (0, 0), 2.2) + 0.05 * bumps * (inside < 1)
    cover = np.clip(1.6 * soft - 0.35, 0, 1) * base
    rise = (np.where(depth > -500, depth, 0) + bumps).astype(np.float32)
    height = cv2.GaussianBlur(rise, (0, 0), 1.2)
    slope_y, slope_x = np.gradient(height)
    facing = (0.62 * -slope_x + 0.62 * slope_y + 0.5) / np.sqrt(1 + slope_x**2 + slope_y**2)
    day = np.clip(0.15 + 0.95 * facing, 0, 1) * np.clip(1.2 - (y - 60) / 210, 0.25, 1)
    warm = np.array((1.25, 0.58, 0.36), np.float32)
    cold = np.array((0.05, 0.02, 0.17), np.float32)
    light = cold + (warm - cold) * (day**1.5)[..., None]
    # Fade to nothing at the border, where the cloud would be cut off.
    border = np.minimum(np.minimum(x, side - 1 - x), np.minimum(y, side - 1 - y))
    cover *= np.clip((border - 2) / 26, 0, 1)
    picture: Plane = np.dstack((light * cover[..., None], cover)).astype(np.float32)
    return picture


def _balloon(silk: tuple[Colour, Colour]) -> Plane:
    def paint(canvas: Canvas) -> None:
        at = Upright(canvas, 0.0, 0.0, 1.0)
        gores = 12
        for gore in range(gores):
            turn_a, turn_b = (math.pi * (gore + add) / gores for add in (0, 1))
            colour = silk[gore % 2]
            shade = 0.45 + 0.75 * math.sin(0.5 * (turn_a + turn_b)) ** 2
            shade *= 1.15 - 0.35 * gore / gores
            left = [(-math.cos(turn_a) * wide, high) for wide, high in _ENVELOPE]
            right = [(-math.cos(turn_b) * wide, high) for wide, high in reversed(_ENVELOPE)]
            at.shape([*left, *right], times(colour, shade))
        for side in (-0.75, 0.75):
            at.line(1.1 * side, -4.7, side, -6.9, 0.10, (0.05, 0.03, 0.02))
        at.shape([(-0.9, -6.9), (0.9, -6.9), (0.75, -8.2), (-0.75, -8.2)], (0.20, 0.09, 0.03))
        at.box(-0.55, -6.9, -0.15, -6.0, (0.04, 0.02, 0.02))
        at.box(0.15, -6.9, 0.55, -6.1, (0.10, 0.02, 0.02))

    return cut_out(paint, (160, 190), 10.0)


_ENVELOPE = (
    [(0.0, 8.4)]
    + [
        (7.2 * math.sin(part) ** 0.9, 1.6 + 6.8 * math.cos(part))
        for part in np.linspace(0.15, 1.75, 12)
    ]
    + [(5.6, -1.9), (3.4, -3.6), (1.2, -4.8)]
)
