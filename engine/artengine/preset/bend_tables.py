"""The `[[bend]]` tables of a preset."""

from __future__ import annotations

from collections.abc import Iterator

from artengine.binding import Binding
from artengine.errors import did_you_mean
from artengine.masks.functions import FUNCTIONS
from artengine.masks.names import DREAM, NAMES
from artengine.masks.tables import MASK
from artengine.params import Problem, quoted
from artengine.preset.plugins import PluginTables

ABOUT = (
    "Operations inside the network, on the output of a layer, in order (network bending). "
    "`operation` names one; `artengine models show` lists the layers."
)
"""The help of the tables."""


def bend_tables(plugins: PluginTables) -> tuple[Binding, ...]:
    """Build the bends of a preset, with the curves of their amounts; add their mistakes.

    Their layers are only checked once the network is built.
    """
    tables = list(plugins.tables("bend", "bend"))
    if not tables:
        return ()
    from artengine.bend import BENDS

    bends = []
    known = ", ".join(BENDS)
    for address, table in tables:
        given = table.get("operation")
        kind = BENDS.get(given) if isinstance(given, str) else None
        if given is None:
            plugins.problem(address, f"operation is missing; it is one of: {known}")
        elif kind is None:
            near = did_you_mean(str(given), list(BENDS))
            message = f"{quoted(given)} given{near}; allowed: {known}"
            plugins.problem((*address, "operation"), message)
        else:
            binding = plugins.binding(kind, address, table)
            if binding is not None:
                bends.append(binding)
                plugins.problems += [each.inside(*address) for each in _mask_problems(binding)]
    return tuple(bends)


def _mask_problems(binding: Binding) -> Iterator[Problem]:
    """Yield a mistake if a bend's mask reads the input frame of an effect."""
    mask = binding.masks.get(MASK)
    found = mask.looking_at(DREAM) if mask else None
    if mask is None or found is None:
        return
    looks = {name: each.looks for known in (NAMES, FUNCTIONS) for name, each in known.items()}
    last = f"last.{found.name.rpartition('.')[2]}"
    sees = [name for name, each in looks.items() if each and DREAM not in each]
    instead = last if last in sees else f"a picture that is there: {', '.join(sees)}"
    yield Problem(
        (MASK,),
        f"{quoted(mask.text)} given; column {found.at + 1}: {found.name} is of the frame that an "
        f"effect is given, and a bend comes before there is one; write {instead}",
    )
