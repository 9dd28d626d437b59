"""Bounds of a number, and clamping."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pydantic.fields import FieldInfo


def bounds(info: FieldInfo) -> dict[str, float]:
    """Return the bounds of a field: any of `ge`, `gt`, `le`, `lt`."""
    found: dict[str, float] = {}
    for entry in info.metadata:
        for name in ("ge", "gt", "le", "lt"):
            value = getattr(entry, name, None)
            if value is not None:
                found[name] = value
    return found


def any_legal(info: FieldInfo) -> float:
    """Return a valid number for a field, as a placeholder."""
    return clamp(info, 0.0) if info.is_required() else info.get_default()


def clamp(info: FieldInfo, value: float, limits: Mapping[str, float] | None = None) -> float:
    """Clamp a number to a field's bounds; it is rounded for integer fields.

    At an exclusive bound the value is kept a millionth away from it.

    Args:
        limits: the field's bounds, if they are known.
    """
    whole = info.annotation is int
    if whole and math.isfinite(value):
        value = round(value)
    for name, limit in (bounds(info) if limits is None else limits).items():
        if name in ("gt", "lt"):
            step = 1.0 if whole else 1e-6 * max(1.0, abs(limit))
            limit = limit + step if name == "gt" else limit - step  # noqa: PLW2901
        if name in ("ge", "gt") and value < limit:
            value = math.ceil(limit) if whole else limit
        elif name in ("le", "lt") and value > limit:
            value = math.floor(limit) if whole else limit
    return value
