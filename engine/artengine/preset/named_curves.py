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
    "number, a text that is an expression, or a table for one of the kinds of curves."
)
"""What is said of the table."""

MOST = 200
"""Curves of one preset; each is calculated for every frame."""


def named_curves(plugins: PluginTables) -> dict[str, Curve]:
    """The named curves of a preset. What is wrong is noted, and paths become absolute in it."""
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
        name, _, said = str(error).partition(": ")
        plugins.problem(("curves", name), said)
    return curves


def named_curve(given: Any, name: str, reading: CurveTables) -> Curve | None:
    """A curve as the table holds it. Its mistakes are noted."""
    # A number is an expression too.
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    written = repr(given) if is_number else given
    if isinstance(written, str | Mapping):
        return reading.curve(written, name)
    said = f"{quoted(given)} given; allowed: a number, a text or a table for a curve"
    reading.problems.append(Problem((name,), said))
    return None
