"""Parameter values to test an effect with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Literal, get_args, get_origin

import numpy as np

from artengine.effect import Effect
from artengine.params import bounds, check, clamp, is_path
from artengine.testing.expect import expect

COLOURS = ("#000000", "#ffffff", "#e23b2e", "#2b6cb0", "#f2c14e", "#78a083")


def numbers(kind: type[Effect]) -> Mapping[str, tuple[float, float]]:
    """Return the least and the greatest legal value of each number.

    Raises:
        ConformanceError: for a number without both bounds, to which curves could not be clamped.
    """
    found = {}
    for name, info in kind.model_fields.items():
        if info.annotation in (float, int):
            limits = bounds(info)
            low, high = limits.keys() & {"ge", "gt"}, limits.keys() & {"le", "lt"}
            expect(low and high, f"{name} needs both bounds, as Param(0.5, ge=0, le=1)")
            found[name] = clamp(info, -np.inf), clamp(info, np.inf)
    return found


def choices(kind: type[Effect]) -> Mapping[str, tuple[Any, ...]]:
    """Return the possible values of each parameter that is a choice."""
    found: dict[str, tuple[Any, ...]] = {}
    for name, info in kind.model_fields.items():
        if get_origin(info.annotation) is Literal:
            found[name] = get_args(info.annotation)
        elif info.annotation is bool:
            found[name] = (False, True)
    return found


def chosen(kind: type[Effect]) -> Iterator[dict[str, Any]]:
    """Yield each combination of choices."""
    found = choices(kind)
    for values in product(*found.values()):
        yield dict(zip(found, values, strict=True))


def extremes(kind: type[Effect]) -> Iterator[dict[str, Any]]:
    """Yield each combination of choices, alone and with each number at each of its bounds."""
    for table in chosen(kind):
        yield table
        for name, limits in numbers(kind).items():
            for limit in limits:
                yield table | {name: limit}


def drawn(kind: type[Effect], count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield random legal tables, the same at each call, with about half of the parameters."""
    rng = np.random.default_rng(seed)
    within, among = numbers(kind), choices(kind)
    for _ in range(count):
        table: dict[str, Any] = {}
        for name, info in kind.model_fields.items():
            if rng.random() < 0.5:
                continue
            if name in within:
                low, high = within[name]
                value = float(rng.uniform(low, high))
                table[name] = round(value) if info.annotation is int else value
            elif name in among:
                table[name] = among[name][rng.integers(len(among[name]))]
            elif not is_path(info):
                # Files have their own tests; other texts and lists may be colours.
                table |= _coloured(kind, name, rng)
        yield table


def _coloured(kind: type[Effect], name: str, rng: np.random.Generator) -> dict[str, Any]:
    colours: Sequence[str] = [str(each) for each in rng.choice(COLOURS, rng.integers(1, 5))]
    for value in (colours[0], list(colours)):
        if isinstance(check(kind, {name: value}), kind):
            return {name: value}
    return {}
