"""An index of files that were used on this machine, by which they are found by their content.

`digests.txt` in the user's folder has a line for each file that a film or a training read, or that
a training wrote: digest, size, modification time, path. Lines are appended; the last line of a path
is valid. An entry is only a hint: a file is found if its current digest matches.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from artengine import folders
from artengine.atomic import atomic_write
from artengine.digest import digest_of

MOST_LINES = 20_000
"""Maximum number of lines of the index; above it the index is rewritten with the newest half."""

MOST_FILES = 2_000
"""Maximum number of files to check in a folder and its subfolders."""

MOST_LEVELS = 4
"""Maximum depth to which a folder is searched."""


@dataclass(frozen=True, slots=True)
class _Entry:
    digest: str
    size: int
    changed: int


def note_files(paths: Iterable[str | Path]) -> None:
    """Add files to the index, so that they are found by their digests from any folder.

    Paths that are no files are skipped. Errors in writing the index are ignored.
    """
    known = _read()
    news = [(path, noted) for path in map(_absolute, paths) if (noted := _new_entry(path, known))]
    if not news:
        return
    try:
        _index().parent.mkdir(parents=True, exist_ok=True)
        with _index().open("a", encoding="utf-8") as index:
            # A killed process may have left an incomplete line.
            index.write("\n" if _ends_mid_line() else "")
            index.writelines(_line(str(path), noted) for path, noted in news)
        _shorten()
    except (OSError, UnicodeEncodeError):
        return


def find_file(
    digest: str, ending: str, searched: Iterable[Path] = (), size: int | None = None
) -> Path | None:
    """Find a file by its digest: in the index, or else in folders.

    Files that are read in the folders are added to the index, so that the next search is fast.

    Args:
        digest: as `digest_of` returns it.
        ending: suffix of the file's name, such as `.weights.h5`; it restricts the files that are
            checked in the folders.
        searched: the folders.
        size: the file's size in bytes, if it is known; files of other sizes are not read.

    Returns:
        The path of a file whose current digest matches, or None.
    """
    if not digest:
        return None
    known = _read()
    candidates = [Path(path) for path, noted in known.items() if noted.digest == digest]
    for path in reversed(candidates):
        if digest_of(path) == digest:
            return path
    for folder in searched:
        for path in _files_in(folder, ending, size):
            noted = known.get(str(path))
            if noted is not None and _is_current(path, noted) and noted.digest != digest:
                continue
            if digest_of(path) == digest:
                note_files([path])
                return path
            note_files([path])
    return None


def _index() -> Path:
    return folders.home() / "digests.txt"


def _read() -> dict[str, _Entry]:
    """The index by path, newest entry last. Invalid lines are skipped."""
    try:
        lines = _index().read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return {}
    known: dict[str, _Entry] = {}
    for line in lines:
        parts = line.split("\t", 3)
        if len(parts) == 4 and parts[1].isdecimal() and parts[2].isdecimal():
            known.pop(parts[3], None)
            known[parts[3]] = _Entry(parts[0], int(parts[1]), int(parts[2]))
    return known


def _line(path: str, noted: _Entry) -> str:
    return f"{noted.digest}\t{noted.size}\t{noted.changed}\t{path}\n"


def _ends_mid_line() -> bool:
    """Whether the index ends with an incomplete line."""
    with _index().open("rb") as index:
        if not index.seek(0, os.SEEK_END):
            return False
        index.seek(-1, os.SEEK_END)
        return index.read() != b"\n"


def _new_entry(path: Path, known: dict[str, _Entry]) -> _Entry | None:
    """The entry for a file; None if it is no file, or its entry is up to date."""
    before = known.get(str(path))
    if "\n" in str(path) or (before is not None and _is_current(path, before)):
        return None
    digest = digest_of(path)
    if not digest:
        return None
    found = path.stat()
    return _Entry(digest, found.st_size, found.st_mtime_ns)


def _is_current(path: Path, noted: _Entry) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns) == (noted.size, noted.changed)


def _absolute(path: str | Path) -> Path:
    return Path(path).absolute()


def _shorten() -> None:
    """Rewrite the index if it has too many lines."""
    with _index().open(encoding="utf-8", errors="replace") as index:
        if sum(1 for _ in index) <= MOST_LINES:
            return
    newest = list(_read().items())[-MOST_LINES // 2 :]
    with atomic_write(_index()) as unfinished:
        unfinished.write_text("".join(_line(*each) for each in newest), encoding="utf-8")


def _files_in(folder: Path, ending: str, size: int | None) -> Iterator[Path]:
    """Yield files with that suffix, recursively; links to folders are not followed."""
    root, count = _absolute(folder), 0
    for inside, names, files in os.walk(root):
        if len(Path(inside).relative_to(root).parts) >= MOST_LEVELS:
            names.clear()
        for name in sorted(files):
            if not name.lower().endswith(ending.lower()):
                continue
            count += 1
            if count > MOST_FILES:
                return
            path = Path(inside, name)
            if size is None or _size(path) == size:
                yield path


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
