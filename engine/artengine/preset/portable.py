"""A preset's table without absolute paths, as recipes hold it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from artengine.preset.build import Preset
from artengine.preset.made_with import digest_of

_EVERYWHERE = "best.weights.h5"
"""A name that every run has; it keeps its folder's before it."""


def portable(preset: Preset, folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Give the files that a preset reads paths that mean something elsewhere.

    Args:
        preset: the preset.
        folder: where the recipe will be.

    Returns:
        The preset's table, in which files inside of `folder` have their path from there and others
        their name alone; and the digest of each such file, by its path in the table.
    """
    shorts: dict[str, str] = {}
    for path in dict.fromkeys(preset.files):
        shorts[path] = _short(Path(path), folder.absolute(), set(shorts.values()))
    files = {short: digest_of(Path(path)) for path, short in shorts.items()}
    return {word: _replaced(value, shorts) for word, value in preset.table.items()}, files


def _short(path: Path, folder: Path, taken: set[str]) -> str:
    if path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    count = 2 if path.name == _EVERYWHERE else 1
    while "/".join(path.parts[-count:]) in taken:
        count += 1
    return "/".join(path.parts[-count:])


def _replaced(value: Any, shorts: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _replaced(each, shorts) for name, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, shorts) for each in value]
    return shorts.get(value, value) if isinstance(value, str) else value
