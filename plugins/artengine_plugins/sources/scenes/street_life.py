"""Street life: people under umbrellas and cars, seen from the side against the lights."""

from __future__ import annotations

import math

import numpy as np

from .canvas import Segment, times
from .chance import chance
from .light import Colour, Plane
from .upright import Upright

CLOTHS: tuple[Colour, ...] = (
    (0.95, 0.06, 0.10),
    (1.00, 0.62, 0.05),
    (0.05, 0.55, 0.75),
    (0.80, 0.80, 0.90),
    (0.50, 0.08, 0.70),
    (0.05, 0.65, 0.30),
    (0.03, 0.03, 0.05),
)


def draw_walker(at: Upright, key: int, seconds: float, way: int, lit: Colour) -> None:
    """Draw somebody who walks under an umbrella.

    Args:
        at: where they stand.
        key: number that identifies them.
        seconds: the current time.
        way: 1 for walking to the right, -1 to the left.
        lit: the light on their edges.
    """
    size = 0.9 + 0.2 * chance(key, 1)
    body = Upright(at.canvas, at.x, at.foot, at.scale * size)
    step = (5.2 + 1.2 * chance(key, 2)) * seconds + 6.28 * chance(key, 3)
    rise = 0.03 * abs(math.sin(step))
    dark: Colour = (0.004, 0.004, 0.006)
    coat = times(CLOTHS[int(7 * chance(key, 4))], 0.012)
    coat = (coat[0] + 0.003, coat[1] + 0.003, coat[2] + 0.005)
    legs: list[Segment] = []
    for leg in (0.0, math.pi):
        swing, lift = math.sin(step + leg), max(0.0, math.cos(step + leg))
        foot = (way * 0.34 * swing, 0.10 * lift)
        knee = (way * (0.17 * swing + 0.07 + 0.06 * lift), 0.46 + 0.05 * lift)
        legs.append((0.0, 0.88 + rise, *knee, 0.15))
        legs.append((*knee, *foot, 0.12))
        legs.append((*foot, foot[0] + way * 0.13, foot[1], 0.09))
    body.lines(legs, dark)
    flare = 0.05 * math.sin(step)
    trunk = [(-0.24 - flare, 0.66), (0.24 - flare, 0.66), (0.20, 1.05), (0.21, 1.38), (0.10, 1.5)]
    trunk += [(-0.10, 1.5), (-0.21, 1.38), (-0.18, 1.05)]
    body.shape([(x, y + rise) for x, y in trunk], coat)
    head = [(0.02 * way + 0.105 * x, 1.62 + 0.13 * y + rise) for x, y in _ROUND]
    body.shape(head, (0.010, 0.008, 0.008))
    hand, tip = (way * 0.16, 1.15 + rise), (way * 0.06, 2.24 + rise)
    body.line(way * 0.12, 1.36 + rise, *hand, 0.09, coat)
    body.line(*hand, *tip, 0.022, (0.03, 0.03, 0.035))
    _umbrella(body, key, tip, step, way, lit)


def _umbrella(
    at: Upright, key: int, tip: tuple[float, float], step: float, way: int, lit: Colour
) -> None:
    cloth = CLOTHS[int(7 * chance(key, 5))]
    wide, high = 0.62, 0.40
    tilt = way * (0.10 + 0.03 * math.sin(step))
    arc = np.linspace(0, math.pi, 17)
    hem = np.linspace(math.pi, 0, 17)
    scallop = 0.045 * np.abs(np.sin(2 * hem))
    across = np.concatenate([wide * np.cos(arc), wide * np.cos(hem)])
    up = np.concatenate([high * np.sin(arc), scallop]) - high
    points = _tilted(across, up, tilt, tip)
    glow = (0.10 + 0.20 * lit[0], 0.10 + 0.20 * lit[1], 0.10 + 0.20 * lit[2])
    shade = (cloth[0] * glow[0], cloth[1] * glow[1], cloth[2] * glow[2])
    at.shape([(float(x), float(y)) for x, y in points], shade)
    ribs = [
        _tilted(wide * part * np.cos(arc[:9]), high * np.sin(arc[:9]) - high, tilt, tip)
        for part in (-0.5, 0.0, 0.5)
    ]
    _edges(at, ribs, 0.012, times(lit, 0.05))
    _edges(at, [points[:17]], 0.022, times(lit, 0.42))


def _tilted(across: Plane, up: Plane, tilt: float, tip: tuple[float, float]) -> Plane:
    cos, sin = math.cos(tilt), math.sin(tilt)
    return np.stack([tip[0] + across * cos + up * sin, tip[1] - across * sin + up * cos], axis=-1)


def _edges(at: Upright, lines: list[Plane], width: float, colour: Colour) -> None:
    foot, scale = np.array([at.x, at.foot]), np.array([at.scale, -at.scale])
    at.canvas.strokes([foot + points * scale for points in lines], width * at.scale, colour)


def draw_car(at: Upright, key: int, seconds: float, way: int, lit: Colour) -> None:
    """Draw a car that drives by, with its beams in the rain and its lights on the wet road.

    Args:
        at: position of its centre.
        key: number that identifies it.
        seconds: the current time.
        way: 1 for driving to the right, -1 to the left.
        lit: the light on its edges.
    """
    taxi = chance(key, 1) < 0.3
    hue = CLOTHS[int(7 * chance(key, 2))]
    tint: Colour = (0.5, 0.30, 0.02) if taxi else times(hue, 0.35)
    paint = (0.006 + 0.035 * tint[0], 0.006 + 0.035 * tint[1], 0.009 + 0.035 * tint[2])
    mirrored = [(way * x, -y) for x, y in _PROFILE]
    at.shape(mirrored, times(paint, 0.4), 0.7)
    _car_body(at, way, paint, lit)
    _wheels(at, way, seconds)
    front, back = way * 2.12, -way * 2.10
    beam = [(front, 0.78), (front + way * 3.6, 1.25), (front + way * 3.6, -0.15), (front, 0.55)]
    placed = [(at.x + x * at.scale, at.foot - y * at.scale) for x, y in beam]
    for share in np.linspace(1.0, 0.15, 8):
        near = [placed[0], *(_between(placed[0], p, share) for p in placed[1:3]), placed[3]]
        at.canvas.veil(np.array(near), (0.0055, 0.0052, 0.0045))
    at.light(front, 0.66, 0.11, (2.4, 2.2, 1.8), radius_y=0.09, least=0.002)
    at.light(front, 0.66, 0.50, (0.15, 0.135, 0.11))
    at.light(back, 0.74, 0.13, (3.0, 0.10, 0.06), radius_y=0.10, least=0.002)
    at.light(back, 0.74, 0.45, (0.14, 0.005, 0.003))
    for x, colour in ((front, (0.26, 0.24, 0.20)), (back, (0.24, 0.009, 0.005))):
        at.light(x, -0.75, 0.22, colour, radius_y=0.55)
        at.light(x, -0.55, 0.75, times(colour, 0.25), radius_y=0.22)
    at.light(front + way * 1.5, -0.12, 1.1, (0.16, 0.15, 0.12), radius_y=0.10)
    if taxi:
        at.box(-0.28, 1.47, 0.28, 1.63, (1.6, 0.95, 0.2))


def _between(a: tuple[float, float], b: tuple[float, float], part: float) -> tuple[float, float]:
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part


def _car_body(at: Upright, way: int, paint: Colour, lit: Colour) -> None:
    at.shape([(way * x, y) for x, y in _PROFILE], paint)
    at.shape([(way * x, y) for x, y in _GLASS], (0.02 * lit[0], 0.02 * lit[1], 0.035 * lit[2]))
    at.box(-0.06, 0.95, 0.06, 1.42, paint)
    outline = np.array([(way * x, y) for x, y in _PROFILE[3:13]])
    _edges(at, [outline], 0.035, times(lit, 0.16))
    crease = np.array([(-2.0, 0.80), (0.0, 0.86), (2.0, 0.78)])
    _edges(at, [crease * np.array([way, 1])], 0.025, times(lit, 0.06))


def _wheels(at: Upright, way: int, seconds: float) -> None:
    for middle in (-1.32, 1.32):
        at.shape([(middle + 0.36 * x, 0.33 + 0.36 * y) for x, y in _ROUND], (0.001, 0.001, 0.0015))
        at.shape([(middle + 0.20 * x, 0.33 + 0.20 * y) for x, y in _ROUND], (0.020, 0.020, 0.024))
        spokes: list[Segment] = []
        for spoke in range(3):
            turn = spoke * math.pi / 3 - way * 4.0 * seconds
            x, y = 0.19 * math.cos(turn), 0.19 * math.sin(turn)
            spokes.append((middle - x, 0.33 - y, middle + x, 0.33 + y, 0.045))
        at.lines(spokes, (0.003, 0.003, 0.004))


_ROUND = [(math.cos(2 * math.pi * k / 20), math.sin(2 * math.pi * k / 20)) for k in range(20)]
_PROFILE = [
    (1.6, 0.20),
    (2.12, 0.24),
    (2.20, 0.45),
    (2.17, 0.68),
    (1.95, 0.82),
    (1.30, 0.92),
    (1.05, 0.98),
    (0.48, 1.38),
    (0.10, 1.47),
    (-0.75, 1.47),
    (-1.15, 1.38),
    (-1.70, 1.02),
    (-2.05, 0.96),
    (-2.16, 0.80),
    (-2.18, 0.42),
    (-2.05, 0.22),
    (-1.6, 0.20),
]
_GLASS = [(0.92, 0.98), (0.42, 1.33), (0.08, 1.40), (-0.72, 1.40), (-1.08, 1.32), (-1.50, 1.01)]
