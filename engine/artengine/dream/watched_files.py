"""Polling of files for changes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR
from typing import TypeAlias

PAUSE = 0.04
"""Seconds between two polls."""

PATIENCE = 1.0
"""Seconds to wait for a removed file, which an editor may be about to replace."""

_Stamps: TypeAlias = dict[Path, tuple[int, int, int] | None]

_FOLDER = (0, 0, 0)
"""The stamp of a folder, which differs from that of a file and of a missing path."""


class WatchedFiles:
    """A set of files that is polled for changes and new files. A folder stands for the Python files
    in it."""

    def __init__(self) -> None:
        self._seen: _Stamps = {}

    def __len__(self) -> int:
        return sum(stamp not in (None, _FOLDER) for stamp in self._seen.values())

    def look(self, named: Iterable[Path]) -> set[Path]:
        """Watch these files from now on, in place of the current ones.

        Returns:
            The files that were added, removed or changed since the last poll.
        """
        before, self._seen = self._seen, _stamps(named)
        files = before.keys() | self._seen.keys()
        return {each for each in files if before.get(each) != self._seen.get(each)}

    def add(self, named: Iterable[Path]) -> None:
        """Watch these files too; the stamps of files that are watched already are kept."""
        self._seen = _stamps(named) | self._seen

    def changed(self) -> bool:
        """Return whether one of them was changed, removed or created."""
        return _stamps(self._seen) != self._seen

    def wait(self) -> None:
        """Wait until one of them has changed, and then until no more changes occur."""
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
    """A stamp of each file that changes with its content; None for a missing file."""
    found: _Stamps = {}
    for path in named:
        found[path] = _stamp(path)
        if found[path] == _FOLDER:
            # The folder may be removed while it is listed.
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
