"""Curves whose values depend on the dream."""

from __future__ import annotations

from artengine.curves.governed import Governed
from artengine.curves.named import in_order
from artengine.curves.signs import SIGNS
from artengine.preset import Preset


def at_rest(preset: Preset) -> tuple[str, ...]:
    """Return the addresses of the curves that depend on vital signs, or are steered by them.

    Without the dream, vital signs are 1, and governors keep their numbers at the initial values.
    """
    resting = {*SIGNS} - preset.curves.keys()
    for name in in_order(preset.curves):
        if resting & preset.curves[name].reads().keys():
            resting.add(name)
    return tuple(
        address
        for address, curve in preset.curves_by_address().items()
        if isinstance(curve, Governed) or resting & curve.reads().keys()
    )
