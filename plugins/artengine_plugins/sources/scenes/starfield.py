"""A flight among coloured stars, through clouds of glowing gas, past planets and galaxies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from artengine.api import Picture, Size

from .canvas import Canvas, times, tint
from .chance import chance, ramp
from .lens import Lens
from .light import Colour, Plane
from .noise import tiling
from .planes import brighten, dim
from .scene import Scene
from .tile import Tile

# Distances are in units of the picture's size as seen from a focal length away.
FOCAL = 0.8
DEPTH = 6.0
PACE = 1.15
"""Distance a second."""

STARS = 900
SUNS = 15
CLOUDS = 5
CLOUD_SECONDS = 17.0
TILE = 512

# Three gases each: the body of the cloud, its core, its fringe.
GASES: tuple[tuple[Colour, Colour, Colour], ...] = (
    ((0.55, 0.04, 0.30), (1.00, 0.42, 0.16), (0.05, 0.14, 0.62)),
    ((0.03, 0.26, 0.42), (0.50, 1.00, 0.72), (0.30, 0.04, 0.50)),
    ((0.60, 0.13, 0.03), (1.00, 0.74, 0.30), (0.03, 0.20, 0.36)),
    ((0.20, 0.06, 0.62), (0.95, 0.35, 0.85), (0.02, 0.30, 0.50)),
)
SPECTRUM = np.array(
    [
        (0.45, 0.62, 1.00),
        (0.70, 0.82, 1.00),
        (1.00, 0.96, 0.88),
        (1.00, 0.80, 0.45),
        (1.00, 0.48, 0.22),
        (1.00, 0.30, 0.35),
    ],
    np.float32,
)


class Starfield(Scene):
    """Stars stream outwards, gas swells and parts, and now and then a world goes by."""

    def __init__(self, size: Size, seed: int, crowd: float, sway: float) -> None:
        super().__init__(size, seed, crowd, sway)
        self._canvas = canvas = Canvas(size)
        self._lens = Lens(size, grain=0.0004)
        self._gas, self._galaxy, self._bands, rng = _textures(seed)
        shrink = min(1.0, 256 / canvas.unit)
        self._soft = max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
        self._soft_unit = canvas.unit * shrink
        count = round(STARS * crowd)
        self._start = rng.random(count)
        self._colour = SPECTRUM[rng.choice(6, count, p=[0.2, 0.25, 0.25, 0.14, 0.1, 0.06])]
        self._power = (0.25 + rng.exponential(0.75, count)).astype(np.float32)
        self._spin = rng.random((count, 2))

    def draw(self, seconds: float) -> Picture:
        """Draw the picture; see `Scene.draw`."""
        self._seconds = seconds
        self._roll = self.sway * (0.35 * math.sin(0.11 * seconds) + 0.12 * math.sin(0.29 * seconds))
        self._aim = (
            self.sway * 0.10 * math.sin(0.17 * seconds + 1.0),
            self.sway * 0.07 * math.sin(0.23 * seconds),
        )
        self._draw_gas()
        self._draw_galaxies()
        self._draw_stars()
        self._draw_suns()
        self._draw_planets()
        return self._lens.develop(self._canvas, seconds, halo=(0.14, 0.10))

    def _seen(self, x: float, y: float, ahead: float) -> tuple[float, float]:
        """Project a point, with the camera's roll and aim."""
        turn, tilt = math.cos(self._roll), math.sin(self._roll)
        x, y = x * FOCAL / ahead - self._aim[0], y * FOCAL / ahead - self._aim[1]
        return x * turn - y * tilt, x * tilt + y * turn

    def _draw_gas(self) -> None:
        width, height = self._soft
        # OpenCV warps four channels in half of the time of three.
        total = np.full((height, width, 4), (0.0012, 0.0016, 0.0045, 0.0), np.float32)
        for layer in range(CLOUDS):
            lap, phase = _lap(self._seconds / CLOUD_SECONDS + layer / CLOUDS)
            strength = math.sin(math.pi * phase) ** 2
            if strength < 0.002:
                continue
            # A cloud that comes nearer grows at a constant rate in octaves.
            texels = TILE * 0.75 * 0.5 ** (2.6 * phase) / self._soft_unit
            angle = 6.28 * chance(self.seed, 51, layer, lap) - self._roll
            turn, tilt = math.cos(angle) * texels, math.sin(angle) * texels
            x, y = width / 2, height / 2
            off_x = TILE * chance(self.seed, 52, layer, lap)
            off_y = TILE * chance(self.seed, 53, layer, lap)
            x -= self._aim[0] * self._soft_unit
            y -= self._aim[1] * self._soft_unit
            off_x -= turn * x - tilt * y
            off_y -= tilt * x + turn * y
            # Start in the first tile: OpenCV takes four times as long for wrapping, which is then
            # needed only beyond the second.
            off_x -= TILE * math.floor(
                (off_x + min(0, turn * width) + min(0, -tilt * height)) / TILE
            )
            off_y -= TILE * math.floor(
                (off_y + min(0, tilt * width) + min(0, turn * height)) / TILE
            )
            matrix = np.array([[turn, -tilt, off_x], [tilt, turn, off_y]], np.float32)
            cloud = cv2.warpAffine(
                self._gas[layer % len(self._gas)],
                matrix,
                (width, height),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_WRAP,
            ).reshape(total.shape)
            cv2.scaleAdd(cloud, 0.34 * strength, total, total)
        self._canvas.fill(cv2.cvtColor(total, cv2.COLOR_BGRA2BGR))

    def _draw_stars(self) -> None:
        canvas = self._canvas
        if not len(self._start):
            return
        at = self._start + self._seconds * PACE / DEPTH
        lap = np.floor(at)
        phase = at - lap
        # A star reappears elsewhere in each lap: multiples of irrational numbers spread evenly.
        x = ((self._spin[:, 0] + lap * 0.7548776662) % 1.0 - 0.5) * 2 * 3.6
        y = ((self._spin[:, 1] + lap * 0.5698402910) % 1.0 - 0.5) * 2 * 3.6
        ahead = DEPTH * (1 - phase) + 0.02
        fade = np.clip(phase / 0.2, 0, 1) * np.clip(ahead / 0.7, 0, 1)
        bright = self._power * fade * 1.8 / (0.25 + ahead / 2.4) ** 2
        light = self._colour * (bright / 4)[:, None]
        turn, tilt = math.cos(self._roll), math.sin(self._roll)
        # The exposure stretches a star into a streak, short enough for its parts to touch.
        parts = np.array((-0.5, -0.25, 0.0, 0.25))[:, None]
        nearer = ahead + parts * np.minimum(PACE / 34, 0.04 * ahead)
        flat_x = x * FOCAL / nearer - self._aim[0]
        flat_y = y * FOCAL / nearer - self._aim[1]
        seen_x, seen_y = flat_x * turn - flat_y * tilt, flat_x * tilt + flat_y * turn
        radius = np.tile(0.0016 + 0.0010 / (0.3 + ahead), len(parts))
        canvas.sparks(seen_x.ravel(), seen_y.ravel(), radius, np.tile(light, (len(parts), 1)))

    def _draw_suns(self) -> None:
        """Draw the few stars that are near enough to have a size, with a cross from the lens."""
        canvas = self._canvas
        for star in range(round(SUNS * self.crowd)):
            lap, phase = _lap(chance(self.seed, 55, star) + self._seconds * PACE / (1.6 * DEPTH))
            ahead = 1.6 * DEPTH * (1 - phase) + 0.05
            x = 5.0 * (chance(self.seed, 56, star, lap) - 0.5)
            y = 5.0 * (chance(self.seed, 57, star, lap) - 0.5)
            x, y = self._seen(x, y, ahead)
            if abs(x) > canvas.right + 0.3 or abs(y) > canvas.bottom + 0.3:
                continue
            red, green, blue = SPECTRUM[int(6 * chance(self.seed, 58, star, lap))].tolist()
            fade = ramp(phase, 0, 0.25) * ramp(ahead, 0.05, 0.6)
            radius = 0.0016 + 0.0055 / (0.4 + ahead)
            twinkle = 0.85 + 0.15 * math.sin(5.0 * self._seconds + star)
            colour = times((red, green, blue), fade * twinkle)
            canvas.glow(x, y, radius, times(colour, 5.0))
            canvas.glow(x, y, 5 * radius, times(colour, 0.22))
            arm = 9 * radius
            canvas.glow(x, y, arm, times(colour, 0.9), 0.0011)
            canvas.glow(x, y, 0.0011, times(colour, 0.9), arm)

    def _draw_galaxies(self) -> None:
        for slot in range(3):
            lap, phase = _lap(chance(self.seed, 60, slot) + self._seconds / 46.0)
            ahead = 9.0 * (1 - phase) + 1.1
            x = 7.0 * (chance(self.seed, 61, slot, lap) - 0.5)
            y = 7.0 * (chance(self.seed, 62, slot, lap) - 0.5)
            x, y = self._seen(x, y, ahead)
            radius = (0.6 + 0.9 * chance(self.seed, 63, slot, lap)) * FOCAL / ahead
            tilt = 0.3 + 0.6 * chance(self.seed, 64, slot, lap)
            angle = 6.28 * chance(self.seed, 65, slot, lap) + self._roll
            fade = ramp(phase, 0, 0.2) * ramp(1 - phase, 0, 0.15)
            self._draw_galaxy(x, y, radius, tilt, angle, 0.55 * fade)

    def _draw_galaxy(
        self, x: float, y: float, radius: float, tilt: float, angle: float, strength: float
    ) -> None:
        canvas = self._canvas
        x0 = max(0, math.floor((x - radius + canvas.right) * canvas.unit))
        x1 = min(canvas.width, math.ceil((x + radius + canvas.right) * canvas.unit))
        y0 = max(0, math.floor((y - radius + canvas.bottom) * canvas.unit))
        y1 = min(canvas.height, math.ceil((y + radius + canvas.bottom) * canvas.unit))
        if x0 >= x1 or y0 >= y1:
            return
        middle = self._galaxy.shape[0] / 2
        texels = middle / (radius * canvas.unit)
        spin = 0.06 * self._seconds
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        squash = np.diag([1.0, 1.0 / tilt])
        whirl = np.array([[math.cos(spin), math.sin(spin)], [-math.sin(spin), math.cos(spin)]])
        matrix = texels * whirl @ squash @ turn
        centre = np.array(
            [(x + canvas.right) * canvas.unit - x0, (y + canvas.bottom) * canvas.unit - y0]
        )
        shift = np.full(2, middle) - matrix @ centre
        seen: Plane = cv2.warpAffine(
            self._galaxy,
            np.column_stack([matrix, shift]),
            (x1 - x0, y1 - y0),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )
        window = canvas.light[y0:y1, x0:x1]
        seen *= np.float32(strength)
        brighten(window, cv2.cvtColor(seen, cv2.COLOR_BGRA2BGR))

    def _draw_planets(self) -> None:
        for slot in range(2):
            lap, phase = _lap(0.5 * slot + chance(self.seed, 70) + self._seconds / 31.0)
            if chance(self.seed, 71, slot, lap) < 0.25:
                continue
            ahead = 12.0 * (1 - phase) ** 1.6 + 0.02
            side = 1 if chance(self.seed, 72, slot, lap) < 0.5 else -1
            x = side * (0.55 + 0.5 * chance(self.seed, 73, slot, lap))
            y = 1.3 * (chance(self.seed, 74, slot, lap) - 0.5)
            radius = 0.17 + 0.20 * chance(self.seed, 75, slot, lap)
            x, y = self._seen(x, y, ahead)
            self._draw_planet(x, y, radius * FOCAL / ahead, ramp(phase, 0, 0.12), slot, lap)

    def _draw_planet(
        self, x: float, y: float, radius: float, fade: float, slot: int, lap: int
    ) -> None:
        canvas = self._canvas
        reach = 1.12 * radius
        columns = np.flatnonzero(np.abs(canvas.x - x) < reach)
        rows = np.flatnonzero(np.abs(canvas.y - y) < reach)
        if not columns.size or not rows.size or radius > 3:
            return
        x0, x1, y0, y1 = int(columns[0]), int(columns[-1]) + 1, int(rows[0]), int(rows[-1]) + 1
        across = (canvas.x[None, x0:x1] - np.float32(x)) / np.float32(radius)
        down = (canvas.y[y0:y1, None] - np.float32(y)) / np.float32(radius)
        square = across**2 + down**2
        distance = np.sqrt(square)
        facing = np.sqrt(np.maximum(1 - square, 0))
        edge = np.float32(radius * canvas.unit)
        cover = np.clip((1 - distance) * edge + 0.5, 0, 1) * np.float32(fade)
        keys = (self.seed, 76, slot, lap)
        sun = 6.28 * chance(*keys, 1)
        day = across * math.cos(sun) * 0.86 + down * math.sin(sun) * 0.86 + facing * 0.35
        lit = np.clip(day * 1.3, 0, 1)
        lean = 0.9 * (chance(*keys, 2) - 0.5) + self._roll
        latitude = down * math.cos(lean) - across * math.sin(lean)
        around: Plane = across * math.cos(lean) + down * math.sin(lean)
        around *= 40 / (np.float32(0.5) + facing)
        around += np.float32(5.0 * self._seconds % 128)
        bands = self._bands.at(around, latitude * 44 + np.float32(128 * chance(*keys, 3)))
        hue = SPECTRUM[int(6 * chance(*keys, 4))] * np.float32(0.55)
        other = SPECTRUM[int(6 * chance(*keys, 5))] * np.float32(0.35)
        mix = np.clip(0.5 + 0.38 * bands, 0, 1)
        rim = np.clip(1 - np.abs(distance - 1) * 9, 0, 1) ** 2 * np.clip(day + 0.35, 0, 1)
        air = np.array((0.25, 0.55, 1.0), np.float32) * np.float32(0.7 * fade)
        shade, halo = (cover * lit).astype(np.float32), rim.astype(np.float32)
        window = canvas.light[y0:y1, x0:x1]
        keep = (1 - cover).astype(np.float32)
        dim(window, keep)
        brighten(
            window,
            cv2.merge(
                [
                    shade * (a + (b - a) * mix) + halo * c
                    for a, b, c in zip(hue, other, air, strict=True)
                ]
            ),
        )


def _lap(turns: float) -> tuple[int, float]:
    lap = math.floor(turns)
    return lap, turns - lap


def _textures(seed: int) -> tuple[list[Plane], Plane, Tile, np.random.Generator]:
    """Return two gases of 2x2 tiles, a galaxy, a planet's bands, and the generator in its state."""
    gas, galaxy, bands, state = _drawn(seed)
    rng = np.random.default_rng()
    rng.bit_generator.state = state
    return gas, galaxy, bands, rng


@lru_cache(maxsize=1)
def _drawn(seed: int) -> tuple[list[Plane], Plane, Tile, Mapping[str, Any]]:
    # Cached, because a film opens its source several times and this takes a quarter of a second.
    rng = np.random.default_rng((seed, 50))
    gas = [_gas(rng, GASES[(seed + add) % len(GASES)]) for add in (0, 1)]
    gas = [np.tile(_four(light), (2, 2, 1)) for light in gas]
    galaxy, bands = _four(_galaxy(rng)), Tile(tiling(rng, 128, 128, 3.0, 14.0))
    return gas, galaxy, bands, rng.bit_generator.state


def _four(light: Plane) -> Plane:
    """Add a fourth channel of zeros to light `(h, w, 3)`."""
    return np.dstack((light, np.zeros_like(light[:, :, :1])))


def _gas(rng: np.random.Generator, gases: tuple[Colour, Colour, Colour]) -> Plane:
    """Paint a tile `(TILE, TILE, 3)` of glowing clouds with filaments and dark lanes."""

    def field(texels: float) -> Plane:
        return tiling(rng, TILE, TILE, texels, texels)

    broad = field(42)
    fine = 0.6 * field(18) + 0.3 * field(8) + 0.16 * field(3.5) + 0.08 * field(1.6)
    ridge = np.exp(-((field(14) / 0.35) ** 2))
    lanes = np.exp(-(((field(22) + 0.4 * fine) / 0.28) ** 2))
    body = np.clip(0.18 + 0.45 * broad + 0.40 * fine, 0, None) ** 2
    heart = np.clip(broad + 0.55 * fine - 0.75, 0, None) ** 2 + 0.12 * ridge * body
    fringe = np.clip(0.3 - 0.5 * broad + 0.4 * fine, 0, None) ** 2
    light = np.zeros((TILE, TILE, 3), np.float32)
    for part, colour in zip((0.26 * body, 0.75 * heart, 0.12 * fringe), gases, strict=True):
        light += tint(part * (1 - 0.8 * lanes), colour)
    grid_y, grid_x = np.mgrid[0:TILE, 0:TILE].astype(np.float32)
    warp_x, warp_y = grid_x + 9 * field(26), grid_y + 9 * field(26)
    # Warping the tile by itself makes the filaments curl.
    return cv2.remap(light, warp_x, warp_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def _galaxy(rng: np.random.Generator) -> Plane:
    """Paint a face-on spiral `(192, 192, 3)`, dark at its border."""
    side = 192
    y, x = (np.mgrid[0:side, 0:side] + 0.5 - side / 2) / (side / 2)
    radius, angle = np.hypot(x, y) + 1e-6, np.arctan2(y, x)
    arms = 0.5 + 0.5 * np.cos(2 * (angle - 2.6 * np.log(radius + 0.06)))
    grain = np.clip(1 + 0.35 * tiling(rng, side, side, 2, 2), 0, None)
    disc = np.exp(-radius / 0.24) * np.clip(1.05 - radius, 0, 1) * arms**1.5 * grain
    core = np.exp(-((radius / 0.09) ** 2)) + 0.3 * np.exp(-((radius / 0.2) ** 2))
    light: Plane = disc[..., None] * (0.35, 0.55, 1.3) + core[..., None] * (1.2, 0.85, 0.5)
    return light.astype(np.float32)
