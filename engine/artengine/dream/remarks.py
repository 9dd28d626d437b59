"""What of a preset's curves does nothing in its film."""

from __future__ import annotations

from collections.abc import Iterator

from artengine.curves import Scope
from artengine.entry_names import entry_names
from artengine.preset import Preset
from artengine.preset.address import CHAINS


def curve_remarks(preset: Preset, fps: float) -> Iterator[str]:
    """Yield what the preset's curves say of a film of that frame rate, each with its address."""
    scope = Scope(fps, preset.dream.frames, preset.seed)
    for name, curve in preset.model_curves.items():
        yield from (f"model.{name}: {remark}" for remark in curve.remarks(scope))
    for word in CHAINS:
        bindings = getattr(preset, word)
        names = entry_names([binding.plugin.name for binding in bindings])
        for entry, binding in zip(names, bindings, strict=True):
            yield from (f"{word}.{entry}.{problem}" for problem in binding.remarks(scope))
