"""Sidecars: the recipe of a file that cannot hold it, as a file of its own beside it."""

from __future__ import annotations

from pathlib import Path

from artengine.atomic import atomic_write

SUFFIX = ".recipe.toml"


def sidecar(path: Path) -> Path:
    """Where a file's recipe is kept when it is not inside: `film.jpg.recipe.toml`."""
    return path.with_name(path.name + SUFFIX)


def write_sidecar(path: Path, recipe: str) -> Path:
    """Write the recipe of a file beside it. Raises `OSError`."""
    beside = sidecar(path)
    with atomic_write(beside) as unfinished:
        unfinished.write_text(recipe, encoding="utf-8")
    return beside


def read_sidecar(path: Path) -> str:
    """The recipe beside a file, or an empty text where there is none. Raises `OSError`."""
    try:
        return sidecar(path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
