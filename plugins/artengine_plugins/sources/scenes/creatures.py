"""Creatures of the plankton: translucent, glowing, each pulsing or turning in its own way."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .canvas import Canvas, times
from .chance import chance
from .light import Colour, Plane


@dataclass(frozen=True, slots=True)
class Creature:
    """Position and appearance of a creature; its body is about one length across.

    Args:
        canvas: the canvas to draw on.
        x, y: position of its centre, in the canvas's units.
        length: its size, in units.
        heading: angle in radians by which its upward axis leans to the right.
        colour: colour of its body.
        accent: colour of its organs.
        key: number that identifies it.
        seconds: the current time.
    """

    canvas: Canvas
    x: float
    y: float
    length: float
    heading: float
    colour: Colour
    accent: Colour
    key: int
    seconds: float

    def is_seen(self, name: str) -> bool:
        """Return whether any part of a creature of this kind lies in the picture."""
        up, down, side = (part * self.length for part in _EXTENTS[name])
        sin, cos = math.sin(self.heading), math.cos(self.heading)
        ends = [(self.x + sin * along, self.y - cos * along) for along in (up, -down)]
        return all(
            min(at) - side < edge and max(at) + side > -edge
            for at, edge in zip(
                zip(*ends, strict=True), (self.canvas.right, self.canvas.bottom), strict=True
            )
        )

    def _put(self, across: Plane, up: Plane) -> Plane:
        """Map points of the body, in lengths from its centre, to the canvas, `(..., 2)`."""
        # A rotation of the plane is a product of complex numbers.
        places = np.empty(np.broadcast(across, up).shape, np.complex128)
        places.real, places.imag = across, -up
        places *= cmath.rect(self.length, self.heading)
        places += complex(self.x, self.y)
        return places.view(np.float64).reshape(*places.shape, 2)

    def _lines(
        self, lines: list[Plane] | Plane, width: float, colour: Colour, light: float
    ) -> None:
        self.canvas.strokes(lines, width * self.length, times(colour, light))

    def _beads(self, at: Plane, radius: float, light: Plane) -> None:
        size = np.full(len(at), max(radius * self.length, 0.0010))
        self.canvas.sparks(at[:, 0], at[:, 1], size, light)

    def jelly(self) -> None:
        """A medusa: a pulsing bell with ribs, beads on its rim, arms and trailing tentacles."""
        now = self.seconds * (0.7 + 0.5 * chance(self.key, 1)) + chance(self.key, 2)
        squeeze = (0.5 + 0.5 * math.sin(2 * math.pi * now)) ** 1.4
        wide, high = 0.5 * (1 - 0.26 * squeeze), 0.40 * (1 + 0.24 * squeeze)
        spin = 0.5 * self.seconds * (1 if chance(self.key, 3) < 0.5 else -1)
        theta = _evenly(-1.85, 1.85, 40)
        scallop = 1 + 0.02 * np.cos(17 * theta)
        bell = self._put(wide * np.sin(theta) * scallop, high * np.cos(theta))
        for share, light in (
            (1.0, 0.040),
            (0.93, -0.012),
            (0.84, -0.010),
            (0.6, 0.016),
            (0.4, 0.04),
        ):
            inner = self._put(
                share * wide * np.sin(theta), 0.06 * (1 - share) + share * high * np.cos(theta)
            )
            self.canvas.veil(inner, times(self.colour, light))
        self._lines([bell], 0.006, self.colour, 0.45)
        arc = _evenly(0, 1.62, 16)
        turns = np.arange(10) * (math.pi / 5) + spin
        ribs = self._put(wide * np.sin(turns)[:, None] * np.sin(arc), high * np.cos(arc))
        self._lines(ribs, 0.004, self.colour, 0.17)
        phi = _evenly(0, 2 * math.pi, 33)
        rim = self._put(wide * np.cos(phi), -0.03 + 0.09 * wide * np.sin(phi))
        self._lines([rim], 0.005, self.accent, 0.32)
        self._organs(wide, high, spin)
        self._trail(wide, squeeze, spin)
        around = np.arange(20) * (math.pi / 10) + spin
        beads = self._put(wide * np.sin(around), -0.03 + 0.09 * wide * np.cos(around))
        flash = 0.5 + 0.9 * np.maximum(np.sin(3 * around - 5 * self.seconds), 0) ** 3
        self._beads(beads, 0.009, flash[:, None] * np.array(self.accent))

    def _organs(self, wide: float, high: float, spin: float) -> None:
        """Draw four petals, like a clover seen from low at its side."""
        loop = _evenly(-math.pi / 4, math.pi / 4, 16)
        petal = 0.46 * wide * np.cos(2 * loop) ** 0.7
        petals = []
        for quarter in range(4):
            turn = loop + spin + quarter * math.pi / 2
            across, deep = petal * np.sin(turn), petal * np.cos(turn)
            petals.append(self._put(across, 0.56 * high - 0.42 * deep))
            self.canvas.veil(petals[-1], times(self.accent, 0.09))
        self._lines(petals, 0.005, self.accent, 0.36)
        x, y = self._put(np.zeros(1), np.full(1, 0.55 * high))[0]
        self.canvas.glow(x, y, 0.14 * self.length, times(self.accent, 0.14))

    def _trail(self, wide: float, squeeze: float, spin: float) -> None:
        along = _evenly(0, 1, 26)
        count, reach = 11, 1.2 + 0.8 * chance(self.key, 4)
        turn = (spin + np.arange(count) * (2 * math.pi / count))[:, None]
        lag = np.array([[6.28 * chance(self.key, 5, strand)] for strand in range(count)])
        share = np.array([[0.7 + 0.3 * chance(self.key, 6, strand)] for strand in range(count)])
        swing = np.sin(2 * math.pi * (1.1 * along - 0.42 * self.seconds) + lag)
        swing += 0.5 * np.sin(2 * math.pi * (2.3 * along - 0.71 * self.seconds) + 2 * lag)
        across = wide * np.sin(turn) * (1 - 0.45 * along) + 0.085 * along**0.8 * swing
        strands = self._put(across, -0.05 - reach * (1 - 0.10 * squeeze) * share * along)
        for first, last, light in ((0, 10, 0.30), (9, 18, 0.17), (17, 26, 0.08)):
            self._lines(strands[:, first:last], 0.005, self.colour, light)
        arms = []
        for arm in range(4):
            late = 1.57 * arm + 6.28 * chance(self.key, 7, arm)
            sway = 0.09 * along * np.sin(2 * math.pi * (0.9 * along - 0.5 * self.seconds) + late)
            frill = 0.018 * np.sin(30 * along - 4 * self.seconds + late) * along**0.5
            across = 0.07 * math.sin(spin + late) + sway + frill
            arms.append(self._put(across, 0.10 - 0.85 * along * (1 - 0.12 * squeeze)))
        self._lines(arms, 0.030, self.accent, 0.06)
        self._lines(arms, 0.009, self.accent, 0.22)

    def comb_jelly(self) -> None:
        """A ctenophore: a clear oval whose rows of combs run with all the colours of a spectrum."""
        spin = 0.7 * self.seconds + 6.28 * chance(self.key, 1)
        breath = 1 + 0.05 * math.sin(2.1 * self.seconds)
        wide, high = 0.30 * breath, 0.5 / breath
        phi = _evenly(0, 2 * math.pi, 49)
        oval = self._put(wide * np.cos(phi), high * np.sin(phi) * (1 - 0.12 * np.sin(phi)))
        self.canvas.veil(oval, times(self.colour, 0.035))
        gut = self._put(0.3 * wide * np.cos(phi), 0.10 + 0.6 * high * np.sin(phi))
        self.canvas.veil(gut, times(self.accent, 0.05))
        self._lines([oval], 0.006, self.colour, 0.30)
        along = _evenly(0.10, 0.90, 26)
        angle = math.pi * along
        places, lights = [], []
        for row in range(8):
            turn = spin + row * math.pi / 4
            front = 0.5 + 0.5 * math.cos(turn)
            places.append(
                self._put(wide * np.sin(angle) * math.sin(turn), high * np.cos(angle) * 0.94)
            )
            hue = 1.6 * along - 0.9 * self.seconds + 0.13 * row
            beat: Plane = (
                0.25 + 0.75 * (0.5 + 0.5 * np.sin(26 * along - 9 * self.seconds + row)) ** 2
            )
            beat *= 0.12 + 0.88 * front
            lights.append(_spectrum(hue) * beat[:, None])
        self._beads(np.concatenate(places), 0.011, 1.0 * np.concatenate(lights))
        fishing = _evenly(0, 1, 30)
        lines = []
        for side in (-1, 1):
            wave = np.sin(2 * math.pi * (1.2 * fishing - 0.35 * self.seconds) + side)
            across = side * (0.16 + 0.12 * fishing) + 0.13 * fishing * wave
            lines.append(self._put(across, -0.05 - 1.3 * fishing))
        self._lines(lines, 0.006, self.accent, 0.28)

    def radiolarian(self) -> None:
        """A glass skeleton, an icosahedron with spines, turning in space."""
        tumble = self.seconds * (0.5 + 0.5 * chance(self.key, 1))
        turn = _rotation(tumble, 0.7 * tumble + 6.28 * chance(self.key, 2))
        points = _CORNERS @ turn.T
        shell = self._put(0.30 * points[:, 0], 0.30 * points[:, 1])
        core = self._put(0.15 * points[:, 0], 0.15 * points[:, 1])
        tips = self._put(0.52 * points[:, 0], 0.52 * points[:, 1])
        depth = points[:, 2]
        for front in (False, True):
            light = 0.50 if front else 0.14
            edges = [shell[[a, b]] for a, b in _EDGES if (depth[a] + depth[b] > 0) == front] or [
                shell[:2]
            ]
            self._lines(edges, 0.010, self.colour, light)
            spines = [np.stack([core[k], tips[k]]) for k in range(12) if (depth[k] > 0) == front]
            self._lines(spines, 0.009, self.accent, 0.8 * light)
        self._lines([core[[a, b]] for a, b in _EDGES], 0.006, self.accent, 0.25)
        self.canvas.glow(self.x, self.y, 0.11 * self.length, times(self.accent, 0.55))
        self.canvas.glow(self.x, self.y, 0.26 * self.length, times(self.colour, 0.09))
        glint = (0.35 + 0.65 * (depth > 0))[:, None] * np.array(self.colour)
        self._beads(shell, 0.015, glint)
        self._beads(tips, 0.009, 0.8 * glint)

    def chain(self) -> None:
        """A siphonophore: a long string of lanterns that light up in waves."""
        count = 44
        along = _evenly(-1.5, 1.5, count)
        lag = 6.28 * chance(self.key, 1)
        bend = 0.20 * np.sin(2.6 * along - 1.5 * self.seconds + lag)
        bend += 0.09 * np.sin(5.7 * along - 2.3 * self.seconds + 2 * lag)
        stem = self._put(bend, along)
        self._lines([stem], 0.007, self.colour, 0.30)
        wave = np.sin(4.5 * along + 3.2 * self.seconds + lag)
        light = 0.10 + 0.9 * np.maximum(wave, 0) ** 3
        swell = self._put(bend, along)
        self._beads(swell, 0.019, 0.8 * light[:, None] * np.array(self.accent))
        self._beads(swell, 0.046, 0.06 * light[:, None] * np.array(self.colour))
        hang = _evenly(0, 1, 9)
        knots = np.arange(0, count, 2)
        side = np.where(knots % 4, 1, -1)[:, None]
        drift = 0.05 * np.sin(5 * hang - 3 * self.seconds + 0.7 * knots[:, None])
        threads = self._put(
            bend[knots, None] + side * 0.15 * hang**0.8,
            along[knots, None] - 0.20 * hang**2 + drift * hang,
        )
        self._lines(threads, 0.004, self.colour, 0.20)

    def diatoms(self) -> None:
        """A ribbon of glass boxes, seen wide and narrow by turns as it twists."""
        count = 9
        phi = _evenly(0, 2 * math.pi, 21)
        box_x = np.sign(np.cos(phi)) * np.abs(np.cos(phi)) ** 0.45
        box_y = np.sign(np.sin(phi)) * np.abs(np.sin(phi)) ** 0.45
        walls, hearts = [], []
        for cell in range(count):
            at = (cell - (count - 1) / 2) * 0.115
            twist = 0.42 * cell + 1.1 * self.seconds + 6.28 * chance(self.key, 1)
            half = 0.05 + 0.17 * abs(math.cos(twist))
            bend = 0.07 * math.sin(1.1 * cell - 0.9 * self.seconds)
            outline = self._put(bend + half * box_x, at + 0.052 * box_y)
            walls.append(outline)
            self.canvas.veil(outline, times(self.colour, 0.045))
            hearts.append(
                self._put(np.array([bend - 0.4 * half, bend + 0.4 * half]), np.full(2, at))
            )
        self._lines(walls, 0.006, self.colour, 0.40)
        self._beads(
            np.concatenate(hearts), 0.020, np.tile(0.55 * np.array(self.accent), (2 * count, 1))
        )

    def copepod(self) -> None:
        """A small swimmer with long feelers and one red eye, moving in beats of its legs."""
        along = _evenly(0, math.pi, 18)
        right = 0.13 * np.sin(along) ** 0.8 * (1 + 0.5 * np.cos(along))
        up = 0.32 * np.cos(along)
        body = self._put(np.concatenate([right, -right[::-1]]), np.concatenate([up, up[::-1]]))
        self.canvas.veil(body, times(self.colour, 0.10))
        self._lines([body], 0.014, self.colour, 0.5)
        reach = _evenly(0, 1, 14)
        beat = math.sin(7.0 * self.seconds + 6.28 * chance(self.key, 1))
        feelers, legs = [], []
        for side in (-1, 1):
            droop = -0.28 * reach**2 * (1 + 0.5 * beat)
            feelers.append(self._put(side * (0.05 + 0.55 * reach), 0.24 + 0.06 * reach + droop))
            tail = 0.10 * reach * (1 + 0.4 * beat)
            feelers.append(self._put(side * tail, -0.30 - 0.28 * reach))
            legs += [
                self._put(
                    side * (0.09 + 0.16 * reach),
                    0.08 - 0.09 * leg - 0.14 * reach * (0.4 + beat * math.cos(leg)),
                )
                for leg in range(3)
            ]
        self._lines(feelers, 0.010, self.colour, 0.45)
        self._lines(legs, 0.010, self.accent, 0.28)
        eye = self._put(np.array([0.0]), np.array([0.24]))
        self._beads(eye, 0.030, np.array([[1.8, 0.12, 0.08]]))
        gut = self._put(np.zeros(4), _evenly(0.14, -0.12, 4))
        self._beads(gut, 0.038, np.tile(0.30 * np.array(self.accent), (4, 1)))


@lru_cache(maxsize=64)
def _evenly(first: float, last: float, count: int) -> Plane:
    """Return evenly spaced numbers, which must not be modified."""
    numbers: Plane = np.linspace(first, last, count)
    numbers.flags.writeable = False
    return numbers


def _spectrum(hue: Plane) -> Plane:
    """Return saturated colours `(n, 3)` around the colour wheel; `hue` counts turns."""
    shift = np.array([0.0, 1 / 3, 2 / 3])
    wheel: Plane = 0.5 + 0.5 * np.cos(2 * math.pi * (hue[:, None] - shift))
    return wheel**2


def _rotation(first: float, second: float) -> Plane:
    a, b, c, d = math.cos(first), math.sin(first), math.cos(second), math.sin(second)
    yaw = np.array([[a, 0, b], [0, 1, 0], [-b, 0, a]])
    pitch = np.array([[1, 0, 0], [0, c, -d], [0, d, c]])
    both: Plane = pitch @ yaw
    return both


def _icosahedron() -> tuple[Plane, list[tuple[int, int]]]:
    golden = (1 + math.sqrt(5)) / 2
    corners = np.array(
        [
            corner
            for a in (-1, 1)
            for b in (-golden, golden)
            for corner in ((0, a, b), (a, b, 0), (b, 0, a))
        ]
    )
    edges = [
        (a, b)
        for a in range(12)
        for b in range(a)
        if abs(np.linalg.norm(corners[a] - corners[b]) - 2) < 1e-6
    ]
    return corners / math.hypot(1, golden), edges


_CORNERS, _EDGES = _icosahedron()
_EXTENTS = {
    "jelly": (0.2, 2.1, 0.8),
    "comb_jelly": (0.3, 1.2, 0.6),
    "radiolarian": (0.1, 0.1, 0.9),
    "chain": (1.4, 1.6, 0.6),
    "diatoms": (0.4, 0.4, 0.5),
    "copepod": (0.1, 0.2, 0.9),
}
"""Extent in lengths: how far its axis goes up and down, and how far it extends sideways."""
