"""Operators and functions of expressions whose operands are planes.

All compute in float32. Undefined values become infinite or NaN, and are replaced once the whole
mask is computed, so that no pixel ends a film.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Any

import numpy as np

from artengine.masks.plane import AnyValue, Bits, Plane, Value, as_numbers, is_bits

_LEAST, _LOWEST, _STEEPEST = np.float32(1e-30), np.float32(-69.0), np.float32(88.0)
"""Bounds of a base and of the logarithm of a power, within which float32 has full precision."""

_SIMPLE_POWERS: Mapping[float, Callable[[Any], Any]] = MappingProxyType(
    {
        0.5: np.sqrt,
        1.0: lambda a: a,
        2.0: lambda a: a * a,
        3.0: lambda a: a * a * a,
    }
)

_ZERO, _ONE, _TWO, _THREE = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(3.0)


@dataclass(frozen=True, slots=True)
class Calculation:
    """An operation on each pixel.

    Args:
        cost: its time, in tenths of a millisecond at 512x512.
        of: computes a plane from values, at least one of which is a plane.
        of_bits: computes the same from bits only, if that is faster.
    """

    cost: int
    of: Callable[..., Plane | Bits]
    of_bits: Callable[..., Bits] | None = None

    def __call__(self, *given: AnyValue) -> Plane | Bits:
        """Compute a plane from values, at least one of which is a plane."""
        if self.of_bits and all(map(is_bits, given)):
            return self.of_bits(*given)
        return self.of(*map(as_numbers, given))


def _as_plane(found: Any) -> Plane:
    return np.asarray(found, np.float32)


def _compared(compare: Callable[[Any, Any], Any]) -> Calculation:
    return Calculation(3, compare)


def _mod(a: Value, b: Value) -> Plane:
    # numpy's own remainder takes thirty times as long.
    return _as_plane(a - np.floor(np.divide(a, b)) * b)


def _power(a: Value, b: Value) -> Plane:
    # numpy's own power takes up to 40 ms where it leaves the range of float32.
    if isinstance(b, float) and b in _SIMPLE_POWERS:
        return _as_plane(_SIMPLE_POWERS[b](a))
    base = _as_plane(a)
    size = np.log(np.maximum(np.abs(base), _LEAST)) * _as_plane(b)
    np.clip(size, _LOWEST, _STEEPEST, out=size)
    np.exp(size, out=size)
    negative = base < 0
    if negative.any():
        # A negative base has a power only where the exponent is whole.
        remainder = np.mod(b, 2.0) if isinstance(b, float) else _mod(b, 2.0)
        sign = np.where(remainder == 0, _ONE, np.where(remainder == 1, -_ONE, np.float32(np.nan)))
        size = np.where(negative, size * sign, size)
    return _as_plane(size)


OPERATIONS: Mapping[tuple[str, int], Calculation] = MappingProxyType(
    {
        ("+", 1): Calculation(0, lambda a: a),
        ("-", 1): Calculation(1, lambda a: -a),
        ("not", 1): Calculation(2, lambda a: _ONE - a, np.logical_not),
        ("+", 2): Calculation(2, lambda a, b: a + b),
        ("-", 2): Calculation(2, lambda a, b: a - b),
        ("*", 2): Calculation(2, lambda a, b: a * b),
        ("/", 2): Calculation(4, lambda a, b: _as_plane(np.divide(a, b))),
        ("%", 2): Calculation(6, _mod),
        ("**", 2): Calculation(40, _power),
        ("<", 2): _compared(np.less),
        ("<=", 2): _compared(np.less_equal),
        (">", 2): _compared(np.greater),
        (">=", 2): _compared(np.greater_equal),
        ("==", 2): _compared(np.equal),
        ("!=", 2): _compared(np.not_equal),
        ("and", 2): Calculation(2, lambda a, b: _as_plane(np.minimum(a, b)), np.logical_and),
        ("or", 2): Calculation(2, lambda a, b: _as_plane(np.maximum(a, b)), np.logical_or),
    }
)
"""Operators by sign and number of operands. `and` is the minimum, `or` the maximum, and `not` 1
minus its operand: on planes of 0 and 1 they are logical, and in between soft edges stay soft.
"""


def _phase(x: Plane) -> Plane:
    return x - np.floor(x)


def _smoothstep(low: Value, high: Value, x: Value) -> Plane:
    # If both are equal, the share is infinite on either side of them.
    share = _as_plane(np.divide(_as_plane(x - low), high - low))
    np.clip(share, _ZERO, _ONE, out=share)
    return _as_plane(share * share * (_THREE - _TWO * share))


FUNCTIONS: Mapping[str, Calculation] = MappingProxyType(
    {
        "sin": Calculation(5, np.sin),
        "cos": Calculation(5, np.cos),
        "tri": Calculation(10, lambda x: _ONE - np.abs(_TWO * _phase(x) - _ONE)),
        "square": Calculation(6, lambda x: _as_plane(_phase(x) < 0.5)),
        "saw": Calculation(3, _phase),
        "pulse": Calculation(6, lambda x, width=0.1: _as_plane(_phase(_as_plane(x)) < width)),
        "smoothstep": Calculation(20, _smoothstep),
        "lerp": Calculation(6, lambda a, b, x: _as_plane(a + (b - a) * x)),
        "clip": Calculation(3, lambda x, a, b: _as_plane(np.minimum(np.maximum(x, a), b))),
        "where": Calculation(5, lambda c, a, b: _as_plane(np.where(_as_plane(c) != 0, a, b))),
        "min": Calculation(3, lambda *given: _as_plane(reduce(np.minimum, given))),
        "max": Calculation(3, lambda *given: _as_plane(reduce(np.maximum, given))),
        "abs": Calculation(1, np.abs),
        "mod": Calculation(6, _mod),
        "floor": Calculation(1, np.floor),
        "ceil": Calculation(1, np.ceil),
        "round": Calculation(2, lambda x: np.floor(x + np.float32(0.5))),
        "sqrt": Calculation(5, np.sqrt),
        "exp": Calculation(10, np.exp),
    }
)
"""The functions of expressions that take planes. Stateful and random functions do not."""
