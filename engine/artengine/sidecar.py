"""Sidecars: recipe files next to files whose format cannot hold a recipe."""

from __future__ import annotations

from pathlib import Path

from artengine.atomic import atomic_write

SUFFIX = ".recipe.toml"


def sidecar(path: Path) -> Path:
    """Return the path of a file's sidecar, such as `film.jpg.recipe.toml`."""
    return path.with_name(path.name + SUFFIX)


def write_sidecar(path: Path, recipe: str) -> Path:
    """Write the sidecar of a file. Raises `OSError`."""
    beside = sidecar(path)
    with atomic_write(beside) as unfinished:
        unfinished.write_text(recipe, encoding="utf-8")
    return beside


def read_sidecar(path: Path) -> str:
    """Return the recipe in a file's sidecar, or an empty string. Raises `OSError`."""
    try:
        return sidecar(path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
