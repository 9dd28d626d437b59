"""A preset's table without absolute paths, as recipes hold it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from artengine.masks.paths import with_files
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
    for path in dict.fromkeys(preset.files.values()):
        shorts[path] = _short(Path(path), folder.absolute(), set(shorts.values()))
    files = {short: digest_of(Path(path)) for path, short in shorts.items()}
    return _with_paths(preset, shorts), files


def with_digests(preset: Preset) -> dict[str, Any]:
    """The preset's table with the digest of each file in place of its path.

    Folders and patterns, which have no digest, become their last name.
    """
    digests = {path: digest_of(Path(path)) or Path(path).name for path in preset.files.values()}
    return _with_paths(preset, digests)


def _with_paths(preset: Preset, paths: Mapping[str, str]) -> dict[str, Any]:
    """The preset's table with other paths, by those that it has."""
    return {word: _replaced(value, paths) for word, value in preset.table.items()}


def _short(path: Path, folder: Path, taken: set[str]) -> str:
    if path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    count = 2 if path.name == _EVERYWHERE else 1
    while "/".join(path.parts[-count:]) in taken:
        count += 1
    return "/".join(path.parts[-count:])


def _replaced(value: Any, paths: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _replaced(each, paths) for name, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, paths) for each in value]
    if not isinstance(value, str):
        return value
    return paths[value] if value in paths else with_files(value, paths)
