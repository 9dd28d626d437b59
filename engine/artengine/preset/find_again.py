"""Find the files of a recipe, wherever they are on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from artengine.digest import digest_of
from artengine.known_files import find_file
from artengine.preset.files import remembered
from artengine.preset.made_with import MadeWith
from artengine.preset.places import searched_folders

_WEIGHTS = ".weights.h5"


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a recipe.

    Args:
        path: its path; the path in the recipe if it was not found.
        same: whether it is the file that the film was made from.
        there: whether a file was found.
        known: whether it was found by its digest among the files of this machine. The digest proves
            that the recipe's author had the file, so it may be read from any folder.
    """

    path: str
    same: bool
    there: bool
    known: bool = False


def find_again(made_with: MadeWith, written: str, folder: Path) -> Found:
    """Find a file of a recipe, by the digest of the file that the film was made from.

    The search covers the path in the recipe, files that the user has named before, all files that
    were used on this machine, and `searched_folders`. If no file has the digest, a file of the same
    name is used.

    Args:
        made_with: the recipe's `[made_with]` table.
        written: the file's path in the recipe.
        folder: the recipe's folder.
    """
    digest = made_with.files.get(written)
    if digest is None:
        return Found(written, same=True, there=True)
    parts = Path(written).parts
    known = [path for path in sorted(remembered()) if Path(path).parts[-len(parts) :] == parts]
    options = [path for path in (str(folder / written), *known) if _exists(Path(path))]
    for path in options:
        if digest_of(Path(path)) == digest:
            return Found(path, same=True, there=True, known=path in known)
    found = find_file(digest, ending(written), searched_folders(), made_with.bytes.get(written))
    if found is not None:
        return Found(str(found), same=True, there=True, known=True)
    return Found((options or [written])[0], same=not options, there=bool(options))


def find_weights_again(digest: str) -> Path | None:
    """Return the path of the weights with a digest on this machine, or None."""
    return find_file(digest, _WEIGHTS, searched_folders())


def changed_weights(made_with: MadeWith, path: Path) -> str:
    """Return an error for weights that differ from the recipe's; empty if they are the same."""
    before = made_with.weights
    if not before or before == digest_of(path):
        return ""
    return (
        f"{path}: of another network than the weights that the film was made with, which are not "
        f"on this machine ({before[:19]}, artengine {made_with.engine}); get them, and name them "
        "with --set model.weights=FILE"
    )


def missing(made_with: MadeWith, written: str, remedy: str) -> str:
    """Return an error for a file of a recipe that is not on this machine.

    Args:
        made_with: the recipe's `[made_with]` table.
        written: the file's path in the recipe.
        remedy: what to do once the user has the file.
    """
    origin = made_with.origins.get(written)
    digest = made_with.files.get(written, "")[:19]
    came = f"; it came from {origin}" if origin else ""
    return (
        f"{written} is not on this machine: no file here has the content that the film was made "
        f"from ({digest}){came}; get it, and {remedy}"
    )


def ending(name: str) -> str:
    """Return the suffix of a file name; `.weights.h5` counts as one."""
    return _WEIGHTS if name.endswith(_WEIGHTS) else Path(name).suffix


def _exists(path: Path) -> bool:
    """Whether a file or folder exists or, for a pattern, its parent folder."""
    return _succeeds(path.exists) or (
        any(letter in path.name for letter in "*?[") and _succeeds(path.parent.is_dir)
    )


def _succeeds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (OSError, ValueError):
        return False
