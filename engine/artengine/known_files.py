"""Files that were used on this machine, found again by their content wherever they are.

`digests.txt` in the user's folder has a line for each file that a film or a training read, or a
training made: digest, size, time of the last change, path. Lines are added at the end, the last one
of a path counts. A line only says where to look: a file is found when its digest is that of now.
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
"""How many lines the index has at most before it is written anew with the newest half."""

MOST_FILES = 2_000
"""How many files are looked at in one folder and those inside of it."""

MOST_LEVELS = 4
"""How many folders deep a folder is searched."""


@dataclass(frozen=True, slots=True)
class _Noted:
    digest: str
    size: int
    changed: int


def note_files(paths: Iterable[str | Path]) -> None:
    """Note files, so that they are found by their digests from any folder.

    What is no file is left out. A disk that does not take the note is no reason to stop.
    """
    known = _read()
    news = [(path, noted) for path in map(_whole, paths) if (noted := _noted(path, known))]
    if not news:
        return
    try:
        _index().parent.mkdir(parents=True, exist_ok=True)
        with _index().open("a", encoding="utf-8") as index:
            # Another process may have been stopped within a line.
            index.write("\n" if _breaks_off() else "")
            index.writelines(_line(str(path), noted) for path, noted in news)
        _shorten()
    except (OSError, UnicodeEncodeError):
        return


def find_file(
    digest: str, ending: str, searched: Iterable[Path] = (), size: int | None = None
) -> Path | None:
    """Find a file by its digest: a noted one, else one in folders that are searched.

    What is found in a folder is noted, so that it is found at once the next time.

    Args:
        digest: as `digest_of` gives it.
        ending: how the file's name ends, such as `.weights.h5`; only tells which files of the
            folders are looked at.
        searched: the folders.
        size: the file's size in bytes, where it is known; files of other sizes are not read.

    Returns:
        A path of a file whose digest is that one now, or None.
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
            if noted is not None and _is_as_noted(path, noted) and noted.digest != digest:
                continue
            if digest_of(path) == digest:
                note_files([path])
                return path
            note_files([path])
    return None


def _index() -> Path:
    return folders.home() / "digests.txt"


def _read() -> dict[str, _Noted]:
    """The noted files by their paths, the newest last. What is no line of the index is left out."""
    try:
        lines = _index().read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return {}
    known: dict[str, _Noted] = {}
    for line in lines:
        parts = line.split("\t", 3)
        if len(parts) == 4 and parts[1].isdecimal() and parts[2].isdecimal():
            known.pop(parts[3], None)
            known[parts[3]] = _Noted(parts[0], int(parts[1]), int(parts[2]))
    return known


def _line(path: str, noted: _Noted) -> str:
    return f"{noted.digest}\t{noted.size}\t{noted.changed}\t{path}\n"


def _breaks_off() -> bool:
    """Whether the index ends within a line."""
    with _index().open("rb") as index:
        if not index.seek(0, os.SEEK_END):
            return False
        index.seek(-1, os.SEEK_END)
        return index.read() != b"\n"


def _noted(path: Path, known: dict[str, _Noted]) -> _Noted | None:
    """What to note of a file; None where it is no file, or noted as it is."""
    before = known.get(str(path))
    if "\n" in str(path) or (before is not None and _is_as_noted(path, before)):
        return None
    digest = digest_of(path)
    if not digest:
        return None
    found = path.stat()
    return _Noted(digest, found.st_size, found.st_mtime_ns)


def _is_as_noted(path: Path, noted: _Noted) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns) == (noted.size, noted.changed)


def _whole(path: str | Path) -> Path:
    return Path(path).absolute()


def _shorten() -> None:
    """Write the index anew where it has grown long."""
    with _index().open(encoding="utf-8", errors="replace") as index:
        if sum(1 for _ in index) <= MOST_LINES:
            return
    newest = list(_read().items())[-MOST_LINES // 2 :]
    with atomic_write(_index()) as unfinished:
        unfinished.write_text("".join(_line(*each) for each in newest), encoding="utf-8")


def _files_in(folder: Path, ending: str, size: int | None) -> Iterator[Path]:
    """Files whose names end so, in a folder and those inside; links to folders are not followed."""
    root, count = _whole(folder), 0
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
