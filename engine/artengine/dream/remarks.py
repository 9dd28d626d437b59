"""Remarks on curves: keys that have no effect in a film, or may be meant otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from artengine.curves import CurveError, Scope
from artengine.curves.driven import naming
from artengine.errors import PluginError
from artengine.preset import Preset

MOST_REMARKS = 3
"""How many remarks are given one by one."""


def curve_remarks(preset: Preset, fps: float) -> list[str]:
    """The remarks of a preset's curves on a film of that frame rate, each with its address.

    Where there are more than `MOST_REMARKS`, only the first is given and the others are counted:
    a short film of a long preset cuts off most of its curves.

    Raises:
        PluginError: when a curve of a plugin fails.
    """
    scope = Scope(fps, preset.dream.frames, preset.seed, preset.time.tempo(), preset.names)
    remarks = list(_all(preset, scope))
    if len(remarks) > MOST_REMARKS:
        remarks[1:] = [f"{len(remarks) - 1} more curves have such keys"]
    return remarks


def _all(preset: Preset, scope: Scope) -> Iterator[str]:
    for address, curve in preset.curves_by_address().items():
        try:
            with naming(address, curve):
                yield from (f"{address}: {remark}" for remark in curve.remarks(scope))
        except CurveError as error:
            raise PluginError(str(error)) from error
