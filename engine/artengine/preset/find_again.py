"""Finding the files that a recipe names, wherever they are on this machine."""

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
    """A file that a recipe names.

    Args:
        path: where it is; as the recipe writes it where it is nowhere.
        same: whether it is the file that the film was made from.
        there: whether there is a file.
        known: whether it was found by its digest alone, among files of this machine. A recipe that
            knows a file's digest knows the file, so it may be read wherever it is.
    """

    path: str
    same: bool
    there: bool
    known: bool = False


def find_again(made_with: MadeWith, written: str, folder: Path) -> Found:
    """Find a file that a recipe names, by the digest of the one that the film was made from.

    It is looked for where the recipe says, among the files that the user has named before, and
    then by its digest: among all files that were used on this machine, and in the folders that are
    searched. Where it is nowhere, a file of the same name takes its place.

    Args:
        made_with: what the recipe says of its files.
        written: the file's path in the recipe.
        folder: the recipe's folder.
    """
    digest = made_with.files.get(written)
    if digest is None:
        return Found(written, same=True, there=True)
    parts = Path(written).parts
    known = [path for path in sorted(remembered()) if Path(path).parts[-len(parts) :] == parts]
    options = [path for path in (str(folder / written), *known) if _is_there(Path(path))]
    for path in options:
        if digest_of(Path(path)) == digest:
            return Found(path, same=True, there=True, known=path in known)
    found = find_file(digest, ending(written), searched_folders(), made_with.bytes.get(written))
    if found is not None:
        return Found(str(found), same=True, there=True, known=True)
    return Found((options or [written])[0], same=not options, there=bool(options))


def find_weights_again(digest: str) -> Path | None:
    """The weights of a digest, where this machine has them."""
    return find_file(digest, _WEIGHTS, searched_folders())


def changed_weights(made_with: MadeWith, path: Path) -> str:
    """Say that weights are not those that a recipe was made with; empty where they are."""
    before = made_with.weights
    if not before or before == digest_of(path):
        return ""
    return (
        f"{path}: of another network than the weights that the film was made with, which are not "
        f"on this machine ({before[:19]}, artengine {made_with.engine}); get them, and name them "
        "with --set model.weights=FILE"
    )


def missing(made_with: MadeWith, written: str, remedy: str) -> str:
    """Say that a file of a recipe is nowhere on this machine.

    Args:
        made_with: what the recipe says of its files.
        written: the file's path in the recipe.
        remedy: what to do with a file that one has got.
    """
    origin = made_with.origins.get(written)
    digest = made_with.files.get(written, "")[:19]
    came = f"; it came from {origin}" if origin else ""
    return (
        f"{written} is not on this machine: no file here has the content that the film was made "
        f"from ({digest}){came}; get it, and {remedy}"
    )


def ending(name: str) -> str:
    """The ending that files of a name's kind have."""
    return _WEIGHTS if name.endswith(_WEIGHTS) else Path(name).suffix


def _is_there(path: Path) -> bool:
    """Whether a file or folder is there, or that which a pattern begins in."""
    return _answers(path.exists) or (
        any(letter in path.name for letter in "*?[") and _answers(path.parent.is_dir)
    )


def _answers(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (OSError, ValueError):
        return False
