"""What of a preset's curves does nothing in its film."""

from __future__ import annotations

from collections.abc import Iterator

from artengine.binding import Binding
from artengine.curves import CurveError, Scope
from artengine.entry_names import entry_names
from artengine.errors import PluginError
from artengine.preset import Preset
from artengine.preset.address import CHAINS

MOST_REMARKS = 3
"""Up to so many remarks are told one by one."""


def curve_remarks(preset: Preset, fps: float) -> list[str]:
    """What the preset's curves say of a film of that frame rate, each with its address.

    Of more than a few, the first is told and the others are counted: a short look at a long film
    cuts off most of its curves.

    Raises:
        PluginError: when a curve of a plugin fails.
    """
    remarks = list(_all(preset, Scope(fps, preset.dream.frames, preset.seed)))
    if len(remarks) > MOST_REMARKS:
        remarks[1:] = [f"{len(remarks) - 1} more curves have such keys"]
    return remarks


def _all(preset: Preset, scope: Scope) -> Iterator[str]:
    bindings = [("model", Binding(preset.model, dict(preset.model_curves)))]
    for word in CHAINS:
        effects = getattr(preset, word)
        names = entry_names([binding.plugin.name for binding in effects])
        bindings += [
            (f"{word}.{name}", binding) for name, binding in zip(names, effects, strict=True)
        ]
    for address, binding in bindings:
        try:
            yield from (f"{address}.{problem}" for problem in binding.remarks(scope))
        except CurveError as error:
            raise PluginError(f"{address}.{error}") from error
