"""Read and remove the recipe of a film, a picture or a folder of frames."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from artengine.atomic import atomic_write
from artengine.catalog import Catalog
from artengine.errors import UsageError, WriterError, cannot_write
from artengine.near_file import near_file
from artengine.preset.find import RECIPE, is_file
from artengine.sidecar import read_sidecar, sidecar
from artengine.writer import Writer


def carried_recipe(path: Path, catalog: Catalog) -> str:
    """Return the recipe embedded in a film or picture, or in its sidecar; empty without one.

    Raises:
        SourceError: when it cannot be read.
    """
    kind = catalog.writer_for(path.name)
    return (kind.read_recipe(path) if kind else "") or read_sidecar(path)


def frames_in(folder: Path, catalog: Catalog) -> list[Path]:
    """Return the frames of a folder that a writer of frames made, in order.

    The list is empty for any other folder: a run, a gallery piece, or one that has other files than
    numbered pictures.
    """
    try:
        names = [entry for entry in sorted(folder.iterdir()) if not entry.name.startswith(".")]
    except OSError:
        return []
    frames = [entry for entry in names if entry.name != RECIPE]
    numbered = all(each.stem.isdecimal() and catalog.writer_for(each.name) for each in frames)
    return frames if numbered else []


def strip_recipe(path: Path, catalog: Catalog, output: Path | None = None) -> list[Path]:
    """Remove the recipe and the title from a film, a picture or a folder of frames.

    Each file is replaced once its copy is complete; files without a recipe are not changed.

    Args:
        path: the film, the picture or the folder.
        output: path of the copy of a file; by default the copy replaces the file.

    Returns:
        The new copies, and the removed recipe files.

    Raises:
        UsageError: when there is no such film, or `output` is not a valid path for its copy.
        SourceError: when a file cannot be read.
        WriterError: when a copy cannot be written.
    """
    if path.is_dir():
        return _strip_folder(path, catalog, output)
    if not is_file(path):
        raise UsageError(f"there is no file {path}{near_file(path)}")
    kind = catalog.writer_for(path.name)
    if kind is None or not carried_recipe(path, catalog):
        raise UsageError(f"{path} carries no recipe; there is nothing to take out")
    if output is not None and catalog.writer_for(output.name) is not kind:
        raise UsageError(f"{output}: end the name as that of {path.name}")
    if output is not None and os.path.lexists(output) and not _same(path, output):
        raise UsageError(f"{output} is there already and is kept; choose another name")
    target = output or path
    done = []
    if kind.read_recipe(path):
        _copy(kind, path, target)
        done.append(target)
    if target == path and sidecar(path).exists():
        _remove(sidecar(path))
        done.append(sidecar(path))
    if not done:
        # The recipe is in a sidecar, so a plain copy has none.
        _copy_bytes(path, target)
        done.append(target)
    if carried_recipe(target, catalog):
        raise UsageError(f"{path}: its folder holds the recipe as well; name {path.parent} instead")
    return done


def _strip_folder(folder: Path, catalog: Catalog, output: Path | None) -> list[Path]:
    frames = frames_in(folder, catalog)
    if not frames:
        raise UsageError(
            f"{folder} is no folder of frames; name a film, a picture or such a folder"
        )
    if output is not None:
        raise UsageError(f"--output {output}: {folder} is a folder, which is changed in its place")
    beside = folder / RECIPE
    done = [frame for frame in frames if _carries(frame, catalog, beside)]
    for frame in done:
        kind = catalog.writer_for(frame.name)
        if kind is not None:
            _copy(kind, frame, frame)
    if is_file(beside):
        _remove(beside)
        done.append(beside)
    if not done:
        raise UsageError(f"the frames of {folder} carry no recipe; there is nothing to take out")
    return done


def _carries(frame: Path, catalog: Catalog, beside: Path) -> bool:
    """Whether a frame itself has a recipe, and not only its folder."""
    recipe = carried_recipe(frame, catalog)
    if not recipe or not is_file(beside):
        return bool(recipe)
    return recipe != beside.read_text(encoding="utf-8", errors="replace")


def _copy(kind: type[Writer], path: Path, target: Path) -> None:
    """Write a copy without the recipe, which replaces `target` once it is complete."""
    try:
        with atomic_write(target, f".part{path.suffix}") as unfinished:
            kind.strip_recipe(path, unfinished)
    except OSError as error:
        raise WriterError(f"{target}: {cannot_write(error)}") from error


def _copy_bytes(path: Path, target: Path) -> None:
    try:
        with atomic_write(target) as unfinished:
            unfinished.write_bytes(path.read_bytes())
    except OSError as error:
        raise WriterError(f"{target}: {cannot_write(error)}") from error


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise WriterError(f"{path} cannot be removed: {error.strerror}") from error


def _same(path: Path, other: Path) -> bool:
    with suppress(OSError):
        return path.samefile(other)
    return False
