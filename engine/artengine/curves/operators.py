"""The operators of expressions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from artengine.curves.memory import Evaluate
from artengine.curves.signal import SignalContext
from artengine.curves.syntax import fault

Build = Callable[..., Evaluate]


def _divide(at: int, a: Evaluate, b: Evaluate) -> Evaluate:
    def divide(now: SignalContext) -> float:
        below = b(now)
        if below == 0:
            raise fault(at, "division by zero; write where(b != 0, a / b, 0) or add to it")
        return a(now) / below

    return divide


def _modulo(at: int, a: Evaluate, b: Evaluate) -> Evaluate:
    def modulo(now: SignalContext) -> float:
        below = b(now)
        if below == 0:
            raise fault(at, "the number after % is 0, by which nothing can be divided")
        return a(now) % below

    return modulo


def _power(at: int, a: Evaluate, b: Evaluate) -> Evaluate:
    def power(now: SignalContext) -> float:
        base, exponent = a(now), b(now)
        try:
            return math.pow(base, exponent)
        except OverflowError as error:
            raise fault(at, f"{base:.6g} ** {exponent:.6g} is too large") from error
        except ValueError as error:
            raise fault(at, f"{base:.6g} ** {exponent:.6g} has no value") from error

    return power


OPERATIONS: Mapping[tuple[str, int], Build] = {
    ("+", 1): lambda _at, a: a,
    ("-", 1): lambda _at, a: lambda now: -a(now),
    ("not", 1): lambda _at, a: lambda now: 0.0 if a(now) else 1.0,
    ("+", 2): lambda _at, a, b: lambda now: a(now) + b(now),
    ("-", 2): lambda _at, a, b: lambda now: a(now) - b(now),
    ("*", 2): lambda _at, a, b: lambda now: a(now) * b(now),
    ("/", 2): _divide,
    ("%", 2): _modulo,
    ("**", 2): _power,
    ("<", 2): lambda _at, a, b: lambda now: 1.0 if a(now) < b(now) else 0.0,
    ("<=", 2): lambda _at, a, b: lambda now: 1.0 if a(now) <= b(now) else 0.0,
    (">", 2): lambda _at, a, b: lambda now: 1.0 if a(now) > b(now) else 0.0,
    (">=", 2): lambda _at, a, b: lambda now: 1.0 if a(now) >= b(now) else 0.0,
    ("==", 2): lambda _at, a, b: lambda now: 1.0 if a(now) == b(now) else 0.0,
    ("!=", 2): lambda _at, a, b: lambda now: 1.0 if a(now) != b(now) else 0.0,
    ("and", 2): lambda _at, a, b: lambda now: 1.0 if a(now) and b(now) else 0.0,
    ("or", 2): lambda _at, a, b: lambda now: 1.0 if a(now) or b(now) else 0.0,
}
"""Compiles an operator, by sign and number of operands, from its place and its operands."""
