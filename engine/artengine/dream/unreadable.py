"""Detection of a preset's files that exist but that curves and masks cannot read."""

from __future__ import annotations

from artengine.curves import CurveError, Scope
from artengine.curves.driven import naming
from artengine.errors import SourceError, one_line
from artengine.preset import Preset

_FPS = 24.0
"""Frames per second, if the preset leaves them to the clip."""


def unreadable_files(preset: Preset) -> list[str]:
    """Return errors in the files of curves and masks, with their addresses; sounds are left out,
    because they take long to read.

    Args:
        preset: a preset without missing files.
    """
    fps = preset.dream.fps or _FPS
    scope = Scope(fps, preset.dream.frames, preset.seed, names=frozenset(preset.names))
    found = []
    for address, curve in preset.curves_by_address().items():
        try:
            with naming(address, curve):
                curve.compile(scope.inside(address))
        except CurveError as error:
            found.append(one_line(str(error)))
    for address, binding in preset.bindings_by_address().items():
        try:
            binding.filled.try_files(fps)
        except SourceError as error:
            found.append(f"{address}.{one_line(str(error))}")
    return found
