"""Files that are looked at again and again for changes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR
from typing import TypeAlias

PAUSE = 0.04
"""Seconds between two looks."""

PATIENCE = 1.0
"""Seconds in which an editor that removes a file puts the new one in its place."""

_Stamps: TypeAlias = dict[Path, tuple[int, int, int] | None]

_FOLDER = (0, 0, 0)
"""The stamp of a folder, which is another when there is a file of its name, or none."""


class WatchedFiles:
    """Says whether any of some files has changed since it was looked at, or has come. A folder
    stands for the Python files in it."""

    def __init__(self) -> None:
        self._seen: _Stamps = {}

    def __len__(self) -> int:
        return sum(stamp not in (None, _FOLDER) for stamp in self._seen.values())

    def look(self, named: Iterable[Path]) -> set[Path]:
        """Look at these files from now on.

        Returns:
            Those that are new, gone, or other than when they were looked at last.
        """
        before, self._seen = self._seen, _stamps(named)
        files = before.keys() | self._seen.keys()
        return {each for each in files if before.get(each) != self._seen.get(each)}

    def add(self, named: Iterable[Path]) -> None:
        """Look at these files too; of one that is looked at already nothing is forgotten."""
        self._seen = _stamps(named) | self._seen

    def changed(self) -> bool:
        """Whether one of them is another now, is gone, or is there again."""
        return _stamps(self._seen) != self._seen

    def wait(self) -> None:
        """Wait until one of them has changed, and then until none is being written."""
        while not self.changed():
            time.sleep(PAUSE)
        began, now = time.monotonic(), _stamps(self._seen)
        while True:
            time.sleep(PAUSE)
            before, now = now, _stamps(self._seen)
            whole = all(now[file] for file, stamp in self._seen.items() if stamp)
            if before == now and (whole or time.monotonic() - began > PATIENCE):
                return


def _stamps(named: Iterable[Path]) -> _Stamps:
    """What tells the content of each file from another's; None where there is none."""
    found: _Stamps = {}
    for path in named:
        found[path] = _stamp(path)
        if found[path] == _FOLDER:
            # It may go while it is read.
            with suppress(OSError):
                found |= {file: _stamp(file) for file in path.rglob("*.py")}
    return found


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - no error for names that no file can have
    except (OSError, ValueError):
        return None
    is_folder = S_ISDIR(found.st_mode)
    return _FOLDER if is_folder else (found.st_mtime_ns, found.st_size, found.st_ino)
