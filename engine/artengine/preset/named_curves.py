"""The `[curves]` table of a preset: curves that others read by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from artengine.curves import Curve, CurveError
from artengine.curves.named import in_order
from artengine.curves.tables import CurveTables
from artengine.params import Problem, quoted
from artengine.preset.plugins import PluginTables

ABOUT = (
    "Curves that others read by name, in any order. A key is the curve's name; its value is a "
    "number, an expression as text, or a table for one of the kinds of curves."
)
"""The help of the table."""

MOST = 200
"""Maximum number of curves of a preset; each is computed for every frame."""


def named_curves(plugins: PluginTables) -> dict[str, Curve]:
    """Build the named curves of a preset; add mistakes, and make paths absolute."""
    curves: dict[str, Curve] = {}
    reading = CurveTables(plugins.catalog.curves, plugins.names, curves, [])
    for name, value in plugins.named_entries("curves", MOST, "[curves]").items():
        plugins.curve_files(("curves", name), value)
        curve = named_curve(value, name, reading)
        if curve is not None:
            curves[name] = curve
    plugins.problems += [problem.inside("curves") for problem in reading.problems]
    try:
        in_order(curves)
    except CurveError as error:
        name, _, message = str(error).partition(": ")
        plugins.problem(("curves", name), message)
    return curves


def named_curve(given: Any, name: str, reading: CurveTables) -> Curve | None:
    """Build a curve from its value in the table; add its mistakes to `reading`."""
    # A number is a valid expression.
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    written = repr(given) if is_number else given
    if isinstance(written, str | Mapping):
        return reading.curve(written, name)
    message = f"{quoted(given)} given; allowed: a number, a text or a table for a curve"
    reading.problems.append(Problem((name,), message))
    return None
