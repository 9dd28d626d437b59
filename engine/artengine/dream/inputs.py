"""Inputs: the files that a film is made from, which must not be overwritten."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from glob import iglob
from pathlib import Path

from artengine.preset import Preset


def input_at(preset: Preset, result: Path) -> Path | None:
    """Return the input file of a preset at a path or, for a folder, inside it; None without one.

    Links are resolved, and letter case is ignored on case-insensitive file systems.

    Args:
        result: the file or folder that would be replaced.
    """
    return next((each for each in _inputs(preset) if _is_at(each, result)), None)


def _inputs(preset: Preset) -> Iterator[Path]:
    if preset.path is not None:
        yield preset.path
    for given in preset.files.values():
        path = Path(given)
        if not path.exists():
            yield from map(Path, iglob(given, recursive=True))  # noqa: PTH207 - of any folder
        yield path


def _is_at(read: Path, result: Path) -> bool:
    with suppress(OSError, ValueError):
        if _resolved(read) == _resolved(result) or read.samefile(result):
            return True
    with suppress(OSError, ValueError):
        return result.is_dir() and Path(_resolved(read)).is_relative_to(_resolved(result))
    return False


def _resolved(path: Path) -> str:
    # Unlike Path.resolve, this does not raise for a link to itself.
    return os.path.normcase(os.path.realpath(path))
