"""The `[[bend]]` tables of a preset."""

from __future__ import annotations

from artengine.bend import BENDS
from artengine.binding import Binding
from artengine.errors import did_you_mean
from artengine.params import quoted
from artengine.preset.plugins import PluginTables

ABOUT = (
    "Operations inside of the network, on what a layer gives out, in order (network bending). "
    "`operation` names one; `artengine models show` lists the layers."
)
"""What is said of the tables."""


def bend_tables(plugins: PluginTables) -> tuple[Binding, ...]:
    """The bends of a preset, with the curves of their amounts. What is wrong with them is noted.

    Whether the network has their layers is only known once it is built.
    """
    bends = []
    known = ", ".join(BENDS)
    for address, table in plugins.tables("bend", "bend"):
        given = table.get("operation")
        kind = BENDS.get(given) if isinstance(given, str) else None
        if given is None:
            plugins.problem(address, f"operation is missing; it is one of: {known}")
        elif kind is None:
            near = did_you_mean(str(given), list(BENDS))
            said = f"{quoted(given)} given{near}; allowed: {known}"
            plugins.problem((*address, "operation"), said)
        else:
            binding = plugins.binding(kind, address, table)
            bends += [binding] if binding else []
    return tuple(bends)
