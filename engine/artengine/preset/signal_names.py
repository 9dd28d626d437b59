"""The names that a preset's curves may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from artengine.curves.named import name_fault


def signal_names(table: Mapping[str, Any]) -> frozenset[str]:
    """The named signals of a preset's film, told before it is checked.

    Args:
        table: the preset.
    """
    curves = table.get("curves")
    named = curves if isinstance(curves, Mapping) else {}
    return frozenset(name for name in named if not name_fault(name))
