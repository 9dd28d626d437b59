"""Vehicles at night, seen from ahead or behind: mostly lights, and a hint of the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .canvas import times
from .chance import chance
from .light import Colour
from .upright import Upright

XENON: Colour = (0.86, 0.93, 1.0)
HALOGEN: Colour = (1.0, 0.86, 0.62)
TAIL: Colour = (1.0, 0.035, 0.02)
AMBER: Colour = (1.0, 0.35, 0.02)

_SPECK = 0.0016


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A car or lorry, identified by keys."""

    lorry: bool
    hue: float

    @classmethod
    def of(cls, *keys: int) -> Vehicle:
        """Return the vehicle of the keys, always the same one."""
        return cls(chance(*keys, 1) < 0.22, chance(*keys, 2))

    def draw(
        self, at: Upright, *, oncoming: bool, lit: float, brake: float, body: float, fade: float
    ) -> None:
        """Draw the vehicle.

        Args:
            at: position of its centre.
            oncoming: whether it shows its headlights or its tail lights.
            lit: strength of other lights on it.
            brake: how hard it brakes, 0..1.
            body: visibility of the bodywork, 0..1; at 0 only its lights are visible.
            fade: opacity of the whole, 0..1.
        """
        if body > 0:
            self._body(at, lit, min(body, fade), oncoming)
        if oncoming:
            colour = XENON if self.hue > 0.45 else HALOGEN
            for side in (-0.68, 0.68):
                at.light(side, 0.68, 0.13, times(colour, 9.0 * fade), least=_SPECK)
            at.light(0, 0.62, 1.0, times(colour, 0.20 * fade), least=0.005)
            at.light(0, -0.55, 0.9, times(colour, 0.14 * fade), radius_y=0.7, least=0.004)
            return
        half = 1.02 if self.lorry else 0.7
        red = (1.6 + 4.0 * brake) * fade
        for side in (-half, half):
            at.light(side, 0.74, 0.15, times(TAIL, red), radius_y=0.08, least=_SPECK)
            if body > 0:
                at.light(side, -0.3, 0.32, times(TAIL, 0.045 * red * body), radius_y=0.7)
        if brake > 0 and not self.lorry:
            at.light(0, 1.36, 0.22, times(TAIL, 1.6 * brake * fade), radius_y=0.03)
        if self.lorry:
            for side in (-1.1, -0.37, 0.37, 1.1):
                at.light(side, 3.3, 0.05, times(AMBER, 1.5 * fade), least=0.001)

    def _body(self, at: Upright, lit: float, alpha: float, oncoming: bool) -> None:
        hue = self.hue
        paint = (0.05 + 0.12 * hue, 0.05 + 0.10 * (1 - hue) * hue, 0.06 + 0.13 * (1 - hue))
        red, green, blue = times(paint, 0.6 * lit)
        colour = (red + 0.003, green + 0.004, blue + 0.007)
        glass = times((0.006, 0.009, 0.02), 1 + 4 * lit)
        plate = times((0.5, 0.5, 0.42), 0.3 + lit)
        shadow = (0.001, 0.001, 0.0015)
        if self.lorry:
            at.box(-1.15, -0.06, 1.15, 0.5, shadow, 0.85 * alpha)
            at.box(-1.22, 0.45, 1.22, 3.3, colour, alpha)
            at.box(-1.14, 0.6, -0.015, 3.2, times(colour, 0.8), alpha)
            at.box(0.015, 0.6, 1.14, 3.2, times(colour, 0.8), alpha)
        else:
            at.box(-0.88, -0.06, -0.55, 0.3, shadow, alpha)
            at.box(0.55, -0.06, 0.88, 0.3, shadow, alpha)
            at.box(-0.6, 0.0, 0.6, 0.3, shadow, 0.7 * alpha)
            at.shape(_mirrored(_BODY), colour, alpha)
            at.shape(_mirrored(_WINDOW), glass, alpha)
            at.box(-0.84, 0.26, 0.84, 0.40, times(colour, 0.45), alpha)
        if not oncoming:
            at.box(-0.26, 0.50, 0.26, 0.61, plate, alpha)


def _mirrored(right: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [*right, *((-across, height) for across, height in reversed(right))]


_BODY = (
    (0.80, 0.22),
    (0.90, 0.34),
    (0.92, 0.62),
    (0.87, 0.86),
    (0.75, 0.94),
    (0.64, 1.33),
    (0.52, 1.43),
)
_WINDOW = ((0.68, 0.95), (0.58, 1.30), (0.50, 1.36))
