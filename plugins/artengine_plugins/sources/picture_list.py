"""Listing the picture files of a folder or a pattern."""

from __future__ import annotations

import glob
import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from natsort import natsorted

from artengine.api import SourceError
from artengine_plugins.sources.picture_file import SUFFIXES, UNREAD_SUFFIXES

logger = logging.getLogger(__name__)


def pictures_of(path: str) -> list[Path]:
    """Return the pictures of a folder or of a pattern, or a single one, in natural order.

    Hidden files, such as macOS's `._` files, are skipped. Links are followed only within the listed
    folder and the working folder, because the folder may have come with a stranger's preset. A
    warning names the pictures that are left out.

    Raises:
        SourceError: when there are no pictures.
    """
    named = Path(path)
    if named.is_file():
        return [named]
    root, pattern = _split(named)
    if not pattern and not root.is_dir():
        raise SourceError(f"there is no folder {named}; check the path")
    try:
        found = list(root.glob(pattern) if pattern else root.iterdir())
    except ValueError as error:
        raise SourceError(f"{named} is no pattern: {str(error).lower()}") from error
    hidden = Path(pattern).name.startswith(".")
    files = [file for file in found if hidden or not _is_hidden(file, root)]
    files = natsorted((file for file in files if file.is_file()), key=str)
    pictures = [file for file in files if file.suffix.lower() in SUFFIXES]
    fence = (root.resolve(), Path.cwd().resolve())
    kept = [file for file in pictures if any(map(file.resolve().is_relative_to, fence))]
    outside = [file for file in pictures if file not in set(kept)]
    unread = [file for file in files if file.suffix.lower() in UNREAD_SUFFIXES]
    left_out = _left_out(unread, outside)
    if not kept:
        reason = left_out or f"files that end in {', '.join(sorted(SUFFIXES))} are read"
        raise SourceError(f"{named} holds no pictures that can be read; {reason}")
    if left_out:
        _warn(f"{named}: {left_out}")
    return kept


def _split(named: Path) -> tuple[Path, str]:
    """Split a path into the folder before a pattern and the pattern, empty if there is none.

    A part that looks like a pattern but exists is that file or folder: `shoot [2024]/*.png`.
    """
    root = Path(named.anchor)
    parts = named.parts[1:] if named.anchor else named.parts
    for number, part in enumerate(parts):
        if glob.has_magic(part) and not (root / part).exists():
            return root, "/".join(parts[number:])
        root /= part
    return root, ""


def _is_hidden(file: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(root).parts)


def _left_out(unread: Sequence[Path], outside: Sequence[Path]) -> str:
    said = []
    if unread:
        kinds = ", ".join(sorted({file.suffix.lower() for file in unread}))
        said.append(
            f"{_names(unread)} left out, because {kinds} is not read; convert to JPEG or PNG"
        )
    if outside:
        said.append(
            f"{_names(outside)} left out, because links are followed only within the folder and "
            "the working folder; copy the pictures, or start in a folder that holds them"
        )
    return "; ".join(said)


def _names(files: Sequence[Path]) -> str:
    names = ", ".join(file.name for file in files[:3])
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return f"{names}{more} {'is' if len(files) == 1 else 'are'}"


@cache
def _warn(message: str) -> None:
    logger.warning("%s", message)
