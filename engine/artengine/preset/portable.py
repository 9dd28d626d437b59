"""A preset's table without absolute paths, for recipes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from artengine.digest import digest_of
from artengine.masks.paths import with_files
from artengine.preset.build import Preset

_EVERYWHERE = "best.weights.h5"
"""A file name that every run has; the folder's name is kept in front of it."""


def portable(preset: Preset, folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Replace the paths of a preset's files by portable ones.

    The path of the user's home folder is removed, also from other texts.

    Args:
        preset: the preset.
        folder: the folder of the recipe.

    Returns:
        The preset's table, in which files inside `folder` or the preset's folder have relative
        paths, and others only their name; and the real path of each such file, by its path in the
        table.
    """
    home = _home()
    roots = [folder.absolute()]
    if preset.path is not None:
        roots.append(preset.path.absolute().parent)
    # Paths relative to a parent of the home folder would contain the user's name.
    roots = [root for root in roots if home is None or root not in home.parents]
    shorts: dict[str, str] = {}
    for path in dict.fromkeys(preset.files.values()):
        taken = set(shorts.values())
        shorts[path] = next(s for s in _candidates(Path(path), roots, home) if s not in taken)
    table = with_paths(preset, shorts)
    if home is not None:
        table = _replaced_in(table, f"{home}", "~")
    return table, {short: path for path, short in shorts.items()}


def with_digests(preset: Preset) -> dict[str, Any]:
    """Return the preset's table with the digest of each file in place of its path.

    Folders and patterns, which have no digest, are replaced by their last component.
    """
    digests = {path: digest_of(Path(path)) or Path(path).name for path in preset.files.values()}
    return with_paths(preset, digests)


def replaced(value: Any, texts: Mapping[str, str]) -> Any:
    """Return a table in which texts that are keys of `texts` are replaced by its values."""
    if isinstance(value, Mapping):
        return {name: replaced(each, texts) for name, each in value.items()}
    if isinstance(value, list):
        return [replaced(each, texts) for each in value]
    if not isinstance(value, str):
        return value
    return texts[value] if value in texts else with_files(value, texts)


def with_paths(preset: Preset, paths: Mapping[str, str]) -> dict[str, Any]:
    """Return the preset's table with other paths.

    Args:
        preset: the preset.
        paths: the new paths, by the current ones.
    """
    return {word: replaced(value, paths) for word, value in preset.table.items()}


def _candidates(path: Path, roots: list[Path], home: Path | None) -> Iterator[str]:
    """Candidates for a file's path in a recipe, best first."""
    for root in roots:
        if path.is_relative_to(root):
            yield path.relative_to(root).as_posix()
    private = () if home is None else (home, *home.parents)
    least = 2 if path.name == _EVERYWHERE else 1
    for parts in range(least, len(path.parts)):
        if path.parents[parts - 2] in private and parts > 1:
            break
        yield "/".join(path.parts[-parts:])
    for number in count(1 if least > 1 else 2):
        yield path.name if number == 1 else f"{number}-{path.name}"


def _home() -> Path | None:
    """The user's home folder; None if there is none, or if it is the root."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home if len(home.parts) > 1 else None


def _replaced_in(value: Any, text: str, instead: str) -> Any:
    """A table in which a substring is replaced in all texts."""
    if isinstance(value, Mapping):
        return {name: _replaced_in(each, text, instead) for name, each in value.items()}
    if isinstance(value, list):
        return [_replaced_in(each, text, instead) for each in value]
    return value.replace(text, instead) if isinstance(value, str) else value
