"""Find presets by name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from artengine import folders
from artengine.errors import UsageError, did_you_mean
from artengine.pack_folders import packed_preset, packed_presets
from artengine.params import quoted
from artengine.source import is_picture

RECIPE = "recipe.toml"
"""The preset of a run folder or a gallery's piece."""


def packaged_folder() -> Path:
    """Return the folder of packaged presets: inside the package, or in the checkout."""
    package = Path(str(files("artengine")))
    inside = package / "presets"
    return inside if inside.is_dir() else package.parent.parent / "presets"


def preset_folders() -> Mapping[str, Path]:
    """Return the folders that are searched for a preset's name, in order, by their label."""
    return {
        "working folder": Path("presets"),
        "yours": folders.presets(),
        "packaged": packaged_folder(),
    }


def find_preset(name: str) -> Path:
    """Return the file of a preset that is given by its path or by its name.

    A path may be that of a run folder or a gallery's piece, which have a recipe. A name is searched
    for in the working folder's `presets`, then in the user's presets, then in the packaged ones.
    The name of an installed pack's preset is `PACK/PRESET`.

    Raises:
        UsageError: when there is none, with the nearest name and the folders that were searched.
    """
    path = Path(name)
    for file in (path, path / RECIPE):
        if is_file(file):
            return file
    packed = packed_preset(name)
    if packed is not None:
        return packed
    if is_path(name):
        _check_recipe(path)
        beside = [entry.name for entry in (*_presets_in(path.parent), *_runs_in(path.parent))]
        near = did_you_mean(path.name, beside) or did_you_mean(name, list(packed_presets()))
        sought = "preset" if name.endswith(".toml") else "run or preset"
        raise UsageError(f"no {sought} at {quoted(name)}{near}")
    for file in candidates(name):
        return file
    _check_recipe(path)
    looked = ", ".join(str(folder) for folder in preset_folders().values())
    near = did_you_mean(name, list(list_presets()))
    raise UsageError(f"no preset {quoted(name)}{near}; looked in {looked}")


def _check_recipe(path: Path) -> None:
    """Raise `UsageError` for a folder without a recipe."""
    if not is_folder(path):
        return
    folder = f"the folder {quoted(str(path))} holds no {RECIPE}"
    try:
        has_pictures = any(map(is_picture, path.iterdir()))
    except OSError:
        has_pictures = False
    if has_pictures:
        raise UsageError(
            f"{folder}, and so is neither a training's run nor a gallery's piece; name one that "
            "does, or a preset"
        )
    raise UsageError(
        f"{folder} and no pictures, and so is neither a run, a gallery's piece nor a clip; name "
        "one of these, or a preset"
    )


def list_presets() -> dict[str, tuple[Path, str]]:
    """Return every preset that can be found by name: its file and its folder's label, by name."""
    found: dict[str, tuple[Path, str]] = {}
    for label, folder in preset_folders().items():
        for path in _presets_in(folder):
            found.setdefault(path.stem, (path, label))
    found |= {name: (path, "pack") for name, path in packed_presets().items()}
    return dict(sorted(found.items()))


def candidates(name: str) -> Iterator[Path]:
    """Yield the files of a preset's name, in the order of precedence."""
    for folder in preset_folders().values():
        path = folder / f"{name}.toml"
        if is_file(path):
            yield path


def is_path(name: str) -> bool:
    """Return whether a preset is given by its path rather than its name."""
    return name.endswith(".toml") or "/" in name or os.sep in name


def is_file(path: Path) -> bool:
    """Return whether a file exists; False for an invalid path."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Return whether a folder exists; False for an invalid path."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _runs_in(folder: Path) -> list[Path]:
    return sorted(recipe.parent for recipe in folder.glob(f"*/{RECIPE}"))


def _presets_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if is_file(path))
