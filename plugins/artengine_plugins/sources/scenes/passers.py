"""Passers-by: walking people, each drawn once in every phase of a step."""

from __future__ import annotations

import math
from functools import lru_cache

from .canvas import Canvas, times
from .chance import chance
from .cutout import Sprite, cut_out
from .light import Colour
from .upright import Upright

PHASES = 12
PEOPLE = 14
_UNIT = 72.0
_SIZE = (116, 168)

CLOTHS: tuple[Colour, ...] = (
    (0.80, 0.02, 0.03),
    (0.90, 0.42, 0.01),
    (0.90, 0.72, 0.05),
    (0.02, 0.36, 0.42),
    (0.02, 0.12, 0.55),
    (0.42, 0.03, 0.36),
    (0.05, 0.36, 0.10),
    (0.85, 0.82, 0.75),
    (0.02, 0.02, 0.03),
    (0.90, 0.25, 0.35),
)
SKINS: tuple[Colour, ...] = (
    (0.70, 0.42, 0.28),
    (0.42, 0.22, 0.12),
    (0.16, 0.075, 0.040),
    (0.80, 0.52, 0.38),
)
HAIRS: tuple[Colour, ...] = (
    (0.02, 0.012, 0.01),
    (0.14, 0.06, 0.02),
    (0.45, 0.28, 0.08),
    (0.3, 0.3, 0.3),
)


@lru_cache(maxsize=PEOPLE * PHASES)
def passer(person: int, phase: int) -> Sprite:
    """Return one of `PEOPLE` people, walking right, in one of the `PHASES` of two steps."""

    def paint(canvas: Canvas) -> None:
        at = Upright(canvas, 0.0, canvas.bottom - 0.08, 1.0)
        _paint_person(at, person, 2 * math.pi * phase / PHASES)

    return Sprite(cut_out(paint, _SIZE, _UNIT), _UNIT, (_SIZE[0] / 2, _SIZE[1] - 0.08 * _UNIT))


def _paint_person(at: Upright, person: int, step: float) -> None:
    keys = (700, person)
    skin = SKINS[int(4 * chance(*keys, 1))]
    hair = HAIRS[int(4 * chance(*keys, 2))]
    coat = CLOTHS[person % len(CLOTHS)]
    below = CLOTHS[int(10 * chance(*keys, 4))]
    skirt, bag, hat = (
        chance(*keys, key) < share for key, share in ((5, 0.35), (6, 0.5), (7, 0.35))
    )
    tall = 0.92 + 0.14 * chance(*keys, 8)
    place = Upright(at.canvas, at.x, at.foot, at.scale * tall)
    rise = 0.03 * abs(math.sin(step))
    hip = 0.88 + rise
    for leg, dim in ((math.pi, 0.6), (0.0, 1.0)):
        swing, lift = math.sin(step + leg), max(0.0, math.cos(step + leg))
        foot = (0.36 * swing, 0.06 + 0.13 * lift)
        knee = (0.18 * swing + 0.08 + 0.07 * lift, 0.47 + 0.05 * lift)
        cloth = times(skin if skirt else below, dim)
        place.lines([(0.0, hip, *knee, 0.16), (*knee, *foot, 0.12)], cloth)
        place.line(
            foot[0] - 0.03,
            foot[1] - 0.02,
            foot[0] + 0.14,
            foot[1] - 0.03,
            0.09,
            (0.012, 0.01, 0.01),
        )
    arm = math.sin(step)
    _paint_arm(place, -arm, rise, times(coat, 0.55), skin)
    flare = 0.06 * math.sin(step) if skirt else 0.0
    if skirt:
        hem = [(-0.30 - flare, 0.52 + rise), (0.30 + flare, 0.52 + rise), (0.17, 1.02 + rise)]
        place.shape([*hem, (-0.17, 1.02 + rise)], below)
    trunk = [(-0.20, 0.82), (0.20, 0.82), (0.22, 1.20), (0.17, 1.45), (0.06, 1.50)]
    trunk += [(-0.06, 1.50), (-0.19, 1.45), (-0.22, 1.20)]
    place.shape([(x, y + rise) for x, y in trunk], times(coat, 0.75))
    lit = [(0.02, 0.82), (0.20, 0.82), (0.22, 1.20), (0.17, 1.45), (0.02, 1.48)]
    place.shape([(x, y + rise) for x, y in lit], coat)
    if chance(*keys, 9) < 0.5:
        for band in range(3):
            place.box(
                -0.20, 0.90 + 0.18 * band + rise, 0.21, 0.96 + 0.18 * band + rise, times(below, 0.9)
            )
    place.line(0.0, 1.46 + rise, 0.02, 1.58 + rise, 0.10, times(skin, 0.8))
    head = [(0.04 + 0.115 * x, 1.68 + 0.14 * y + rise) for x, y in _ROUND]
    place.shape(head, skin)
    crop = [(0.01 + 0.135 * x, 1.71 + 0.14 * y + rise) for x, y in _ROUND if x < 0.35 or y > 0.5]
    place.shape(crop, hair)
    if hat:
        place.shape(
            [(-0.20, 1.76 + rise), (0.27, 1.76 + rise), (0.25, 1.80 + rise), (-0.18, 1.80 + rise)],
            times(below, 0.8),
        )
        place.shape(
            [(-0.12, 1.79 + rise), (0.16, 1.79 + rise), (0.12, 1.93 + rise), (-0.08, 1.93 + rise)],
            below,
        )
    _paint_arm(place, arm, rise, times(coat, 0.9), skin)
    if bag:
        colour = CLOTHS[int(10 * chance(*keys, 10))]
        place.line(-0.02, 1.44 + rise, -0.16, 0.98 + rise, 0.03, times(colour, 0.5))
        place.shape([(-0.36, 0.70), (-0.04, 0.70), (-0.06, 1.02), (-0.32, 1.02)], colour)


def _paint_arm(at: Upright, swing: float, rise: float, cloth: Colour, skin: Colour) -> None:
    elbow = (0.14 * swing - 0.02, 1.14 + rise)
    hand = (0.30 * swing + 0.06, 0.92 + 0.06 * abs(swing) + rise)
    at.lines([(0.0, 1.40 + rise, *elbow, 0.12), (*elbow, *hand, 0.10)], cloth)
    at.line(*hand, hand[0] + 0.02, hand[1] - 0.04, 0.085, skin)


_ROUND = [(math.cos(2 * math.pi * k / 24), math.sin(2 * math.pi * k / 24)) for k in range(24)]
