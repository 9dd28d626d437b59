"""Dark water full of glowing creatures that drift, pulse and turn."""

from __future__ import annotations

import math

import cv2
import numpy as np

from artengine.api import Picture, Size

from .canvas import Canvas, times, tint
from .chance import chance, wander
from .creatures import Creature
from .lens import Lens
from .light import Colour, Plane
from .noise import tiling
from .scene import Scene
from .tile import Tile

CREATURES = 15
SNOW = 420
MURK = 112
"""Resolution of the small grid for the water, in cells per unit."""

CYAN: Colour = (0.10, 0.75, 1.00)
AQUA: Colour = (0.10, 1.00, 0.72)
VIOLET: Colour = (0.52, 0.22, 1.00)
ROSE: Colour = (1.00, 0.20, 0.52)
AMBER: Colour = (1.00, 0.55, 0.12)
LIME: Colour = (0.55, 1.00, 0.22)
PAIRS: tuple[tuple[Colour, Colour], ...] = (
    (CYAN, ROSE),
    (VIOLET, AMBER),
    (AQUA, VIOLET),
    (ROSE, AMBER),
    (CYAN, LIME),
    (AQUA, ROSE),
    (VIOLET, CYAN),
    (AMBER, AQUA),
)
KINDS = (
    ("jelly", 0.30, 2.1),
    ("comb_jelly", 0.34, 1.5),
    ("radiolarian", 0.28, 0.7),
    ("chain", 0.34, 1.7),
    ("jelly", 0.40, 2.1),
    ("diatoms", 0.40, 0.8),
    ("copepod", 0.17, 0.8),
)
"""Name, length, and distance of the farthest part from the centre in lengths."""


class Plankton(Scene):
    """Medusae, comb jellies, radiolarians, siphonophores, diatoms and copepods among snow."""

    def __init__(self, size: Size, seed: int, crowd: float, sway: float) -> None:
        super().__init__(size, seed, crowd, sway)
        self._canvas = canvas = Canvas(size)
        self._lens = Lens(size, grain=0.0004)
        rng = np.random.default_rng((seed, 80))
        self._murk = Tile(tiling(rng, 128, 128, 5, 5) + 0.5 * tiling(rng, 128, 128, 2, 2))
        shrink = min(1.0, MURK / canvas.unit)
        grid = max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
        x: Plane = np.linspace(-canvas.right, canvas.right, grid[0], dtype=np.float32)[None, :]
        y: Plane = np.linspace(-canvas.bottom, canvas.bottom, grid[1], dtype=np.float32)[:, None]
        self._grid_x, self._grid_y = x, y
        # Shafts of light fan out from a sun far above, broken by the waves.
        self._slant: Plane = (x - np.float32(0.15)) / (y + np.float32(canvas.bottom + 0.9))
        fall = (y + np.float32(canvas.bottom)) / np.float32(2 * canvas.bottom)
        self._bright: Plane = np.exp(np.float32(-2.2) * fall)
        self._deep: Plane = np.float32(0.25) + np.float32(0.75) * np.exp(np.float32(-1.7) * fall)
        count = round(SNOW * crowd)
        self._snow = rng.random((count, 2))
        self._depth = 0.25 + 0.75 * rng.random(count) ** 2
        self._glint = rng.random((count, 2))
        tint = np.array([PAIRS[k][0] for k in rng.integers(0, len(PAIRS), count)]).reshape(-1, 3)
        self._snow_colour = 0.55 * tint + 0.30

    def draw(self, seconds: float) -> Picture:
        """Draw the picture; see `Scene.draw`."""
        self._seconds = seconds
        self._drift = (
            0.11 * seconds + 0.30 * self.sway * math.sin(0.31 * seconds),
            -0.05 * seconds + 0.16 * self.sway * math.sin(0.43 * seconds + 1.0),
        )
        self._draw_water()
        self._draw_snow()
        for slot in range(round(CREATURES * self.crowd)):
            self._draw_creature(slot)
        return self._lens.develop(self._canvas, seconds, halo=(0.22, 0.20))

    def _draw_water(self) -> None:
        canvas, now = self._canvas, self._seconds
        x, y = self._grid_x, self._grid_y
        glow: Plane = np.ones((y.size, x.size), np.float32)
        for scale, share, rush in ((34.0, 0.6, 0.5), (70.0, 0.4, 0.9)):
            thick = self._murk.at(
                x * scale + np.float32(500 + (rush * self._drift[0] + 0.02 * now) * scale),
                y * scale
                + np.float32(500 + rush * self._drift[1] * scale + 3 * math.sin(0.3 * now)),
            )
            thick *= np.float32(0.42 * share)
            glow += thick
        np.maximum(glow, np.float32(0.1), out=glow)
        glow *= self._deep
        lean = 0.15 * self._drift[0]
        rays: Plane = np.sin(17 * self._slant + np.float32(9 * lean + 0.9 * now))
        rays += np.sin(29 * self._slant + np.float32(5 * lean - 1.3 * now))
        rays += np.sin(43 * self._slant + np.float32(13 * lean + 0.5 * now))
        rays *= np.float32(0.33)
        rays += np.float32(0.35)
        np.maximum(rays, np.float32(0), out=rays)
        rays *= rays
        rays *= self._bright
        hue = 0.5 + 0.5 * math.sin(0.07 * now + 6.28 * chance(self.seed, 81))
        water = tint(glow, (0.003 + 0.006 * hue, 0.026 - 0.012 * hue, 0.060))
        water += tint(rays, (0.006, 0.050, 0.075))
        canvas.fill(water, cv2.INTER_CUBIC)
        np.maximum(canvas.light, np.float32(0), out=canvas.light)

    def _draw_snow(self) -> None:
        canvas, now = self._canvas, self._seconds
        if not len(self._snow):
            return
        span_x, span_y = 2 * canvas.right + 0.2, 2 * canvas.bottom + 0.2
        depth, glint = self._depth, self._glint
        x = self._snow[:, 0] * span_x - 1.3 * self._drift[0] * depth
        y = self._snow[:, 1] * span_y - 1.3 * self._drift[1] * depth + 0.05 * depth * now
        x += 0.02 * np.sin(0.7 * now + 6.28 * glint[:, 0])
        y += 0.02 * np.sin(0.9 * now + 6.28 * glint[:, 1])
        # Flakes wrap outside the picture, so that none is seen to jump.
        x, y = np.mod(x, span_x) - span_x / 2, np.mod(y, span_y) - span_y / 2
        pulse = 0.4 + 0.6 * np.sin((0.5 + 1.5 * glint[:, 0]) * now + 6.28 * glint[:, 1]) ** 2
        near = depth > 0.9
        radius = np.where(near, 0.010, 0.0011 + 0.0022 * depth)
        light = np.where(near, 0.05, 0.42 * depth) * pulse
        canvas.sparks(x, y, radius, light[:, None] * self._snow_colour)

    def _draw_creature(self, slot: int) -> None:
        canvas, now = self._canvas, self._seconds
        name, length, reach = KINDS[(slot + int(7 * chance(self.seed, 82))) % len(KINDS)]
        depth = 0.40 + 0.90 * chance(self.seed, 83, slot)
        length *= depth
        rising = name in ("jelly", "comb_jelly") or chance(self.seed, 84, slot) < 0.4
        pace = (0.10 + 0.13 * chance(self.seed, 85, slot)) * depth
        # Each crosses the picture and reappears on the other side as another one.
        margin = reach * length
        span_x, span_y = 2 * (canvas.right + margin), 2 * (canvas.bottom + margin)
        way = 1 if chance(self.seed, 86, slot) < 0.5 else -1
        surge = 0.10 * length * math.sin(2 * math.pi * (0.5 * now + chance(self.seed, 87, slot)))
        along = -pace * now + surge if rising else way * pace * now + surge
        lateral = (wander(0.21 * now, self.seed, 88, slot) - 0.5) * 0.35
        if rising:
            x = chance(self.seed, 89, slot) * span_x + lateral - self._drift[0] * depth
            y = chance(self.seed, 90, slot) * span_y + along - 0.4 * self._drift[1] * depth
        else:
            x = chance(self.seed, 89, slot) * span_x + along - self._drift[0] * depth
            y = chance(self.seed, 90, slot) * span_y + lateral - 0.4 * self._drift[1] * depth
        lap_x, lap_y = math.floor(x / span_x), math.floor(y / span_y)
        key = int((1 << 40) * chance(self.seed, 91, slot, lap_x, lap_y))
        lean = 0.9 * (wander(0.16 * now, self.seed, 92, slot) - 0.5)
        heading = lean if rising else way * (1.57 + lean)
        colour, accent = PAIRS[int(len(PAIRS) * chance(key, 93))]
        creature = Creature(
            canvas,
            x - lap_x * span_x - span_x / 2,
            y - lap_y * span_y - span_y / 2,
            length,
            heading,
            times(colour, 0.3 + 0.7 * depth),
            times(accent, 0.3 + 0.7 * depth),
            key,
            now,
        )
        if creature.is_seen(name):
            getattr(creature, name)()
