"""A preset's table without absolute paths, as recipes hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from artengine.digest import digest_of
from artengine.masks.paths import with_files
from artengine.preset.build import Preset

_EVERYWHERE = "best.weights.h5"
"""A name that every run has; it keeps its folder's before it."""


def portable(preset: Preset, folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Give the files that a preset reads paths that mean something elsewhere.

    Nothing of the user's home folder is told, not even in other texts.

    Args:
        preset: the preset.
        folder: where the recipe will be.

    Returns:
        The preset's table, in which files inside of `folder` or of the preset's folder have their
        path from there and others their name alone; and the real path of each such file, by its
        path in the table.
    """
    home = _home()
    roots = [folder.absolute()]
    if preset.path is not None:
        roots.append(preset.path.absolute().parent)
    # Paths from above the home folder on would name the user.
    roots = [root for root in roots if home is None or root not in home.parents]
    shorts: dict[str, str] = {}
    for path in dict.fromkeys(preset.files.values()):
        taken = set(shorts.values())
        shorts[path] = next(s for s in _shorts(Path(path), roots, home) if s not in taken)
    table = with_paths(preset, shorts)
    if home is not None:
        table = _replaced_in(table, f"{home}", "~")
    return table, {short: path for path, short in shorts.items()}


def with_digests(preset: Preset) -> dict[str, Any]:
    """The preset's table with the digest of each file in place of its path.

    Folders and patterns, which have no digest, become their last name.
    """
    digests = {path: digest_of(Path(path)) or Path(path).name for path in preset.files.values()}
    return with_paths(preset, digests)


def replaced(value: Any, texts: Mapping[str, str]) -> Any:
    """A table with other texts in place of those that are keys of `texts`."""
    if isinstance(value, Mapping):
        return {name: replaced(each, texts) for name, each in value.items()}
    if isinstance(value, list):
        return [replaced(each, texts) for each in value]
    if not isinstance(value, str):
        return value
    return texts[value] if value in texts else with_files(value, texts)


def with_paths(preset: Preset, paths: Mapping[str, str]) -> dict[str, Any]:
    """The preset's table with other paths.

    Args:
        preset: the preset.
        paths: the new paths, by those that it has.
    """
    return {word: replaced(value, paths) for word, value in preset.table.items()}


def _shorts(path: Path, roots: list[Path], home: Path | None) -> Iterator[str]:
    """What a file may be called in a recipe, the best first."""
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
    """The user's home folder; None where there is none, or where it is the root."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home if len(home.parts) > 1 else None


def _replaced_in(value: Any, text: str, instead: str) -> Any:
    """A table in which a text is replaced wherever other texts hold it."""
    if isinstance(value, Mapping):
        return {name: _replaced_in(each, text, instead) for name, each in value.items()}
    if isinstance(value, list):
        return [_replaced_in(each, text, instead) for each in value]
    return value.replace(text, instead) if isinstance(value, str) else value
