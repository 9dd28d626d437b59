"""Easings: interpolation between one key and the next.

The thirty of easings.net (Andrey Sitnik and Ivan Solovev), after Robert Penner's equations; steps;
and cubic Beziers as CSS writes them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from artengine.errors import did_you_mean
from artengine.params import CurveError, quoted

Ease: TypeAlias = Callable[[float], float]
"""Maps the elapsed share of a segment, 0..1, to the share of the change that is done."""

MOST_STEPS = 999


def _out_bounce(t: float) -> float:
    for end, middle, floor in (
        (1 / 2.75, 0.0, 0.0),
        (2 / 2.75, 1.5 / 2.75, 0.75),
        (2.5 / 2.75, 2.25 / 2.75, 0.9375),
    ):
        if t < end:
            return 7.5625 * (t - middle) ** 2 + floor
    return 7.5625 * (t - 2.625 / 2.75) ** 2 + 0.984375


def _in_elastic(t: float) -> float:
    return -math.pow(2, 10 * t - 10) * math.sin((10 * t - 10.75) * math.tau / 3)


def _in_out_elastic(t: float) -> float:
    wave = math.sin((20 * t - 11.125) * math.tau / 4.5) / 2
    return -math.pow(2, 20 * t - 10) * wave if t < 0.5 else math.pow(2, 10 - 20 * t) * wave + 1


def _in_out_back(t: float) -> float:
    reach = 1.70158 * 1.525
    if t < 0.5:
        return (2 * t) ** 2 * ((reach + 1) * 2 * t - reach) / 2
    return ((2 * t - 2) ** 2 * ((reach + 1) * (2 * t - 2) + reach) + 2) / 2


_IN: Mapping[str, Ease] = {
    "sine": lambda t: 1 - math.cos(t * math.pi / 2),
    "quad": lambda t: t * t,
    "cubic": lambda t: t * t * t,
    "quart": lambda t: t**4,
    "quint": lambda t: t**5,
    "expo": lambda t: math.pow(2, 10 * t - 10),
    "circ": lambda t: 1 - math.sqrt(max(0.0, 1 - t * t)),
    "back": lambda t: 2.70158 * t**3 - 1.70158 * t * t,
    "elastic": _in_elastic,
    "bounce": lambda t: 1 - _out_bounce(1 - t),
}
"""The ten shapes, as ease-in: slow at the beginning."""


def _in(ease: Ease) -> Ease:
    # Rounding errors must not keep a value from reaching the next key.
    return lambda t: ease(t) if 0.0 < t < 1.0 else min(1.0, max(0.0, t))


def _out(ease: Ease) -> Ease:
    return _in(lambda t: 1 - ease(1 - t))


def _in_out(ease: Ease) -> Ease:
    return _in(lambda t: ease(2 * t) / 2 if t < 0.5 else 1 - ease(2 - 2 * t) / 2)


EASES: Mapping[str, Ease] = MappingProxyType(
    {
        "linear": lambda t: t,
        "in": lambda t: t * t * t,
        "out": lambda t: 1.0 - (1.0 - t) ** 3,
        "in-out": lambda t: t * t * (3.0 - 2.0 * t),
        "sine": lambda t: 0.5 - 0.5 * math.cos(math.pi * t),
        "hold": lambda _t: 0.0,
        **{f"in-{name}": _in(ease) for name, ease in _IN.items()},
        **{f"out-{name}": _out(ease) for name, ease in _IN.items()},
        **{f"in-out-{name}": _in_out(ease) for name, ease in _IN.items()},
        # On easings.net these two are not mirrored halves of the others: they overshoot further.
        "in-out-back": _in(_in_out_back),
        "in-out-elastic": _in(_in_out_elastic),
    }
)
"""Easings by name. All lead from 0 to 1, except `hold`, which stays at 0 until the end."""


def steps(count: int) -> Ease:
    """Return an easing of `count` equal steps, each at the end of its share of the time."""
    return lambda t: math.floor(t * count) / count


def bezier(x1: float, y1: float, x2: float, y2: float) -> Ease:
    """Return the cubic Bezier from (0, 0) to (1, 1) with two handles, as `cubic-bezier()` in CSS.

    Args:
        x1, x2: 0 to 1, so that the curve is a function of time.
    """

    def along(first: float, second: float, s: float) -> float:
        return 3 * (1 - s) ** 2 * s * first + 3 * (1 - s) * s * s * second + s**3

    def ease(t: float) -> float:
        if t <= 0.0 or t >= 1.0:
            return min(1.0, max(0.0, t))
        low, high = 0.0, 1.0
        # 40 bisections are exact enough for any film and cannot fail, as Newton's method can.
        for _ in range(40):
            middle = (low + high) / 2
            if along(x1, x2, middle) < t:
                low = middle
            else:
                high = middle
        return along(y1, y2, (low + high) / 2)

    return ease


def ease_named(name: str) -> Ease:
    """Return an easing by name, such as "in-out" or "steps-4". Raises `CurveError`."""
    found = re.fullmatch(r"steps-([1-9]\d{0,2})", name)
    if found:
        return steps(int(found[1]))
    if name not in EASES:
        known = f"{', '.join(EASES)}, steps-1 to steps-{MOST_STEPS}"
        # Other programs name them easeInOutCubic or ease-in-out.
        plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower().removeprefix("ease-")
        near = did_you_mean(plain, list(EASES))
        raise CurveError(f"there is no ease {quoted(name)}{near}; allowed: {known}")
    return EASES[name]
