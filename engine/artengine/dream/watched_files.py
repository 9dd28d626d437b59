"""Files that are looked at again and again for changes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

PAUSE = 0.04
"""Seconds between two looks."""

PATIENCE = 1.0
"""Seconds in which an editor that removes a file puts the new one in its place."""

_Stamps: TypeAlias = dict[Path, tuple[int, int, int] | None]


class WatchedFiles:
    """Says whether any of some files has changed since it was looked at. A folder stands for the
    Python files in it."""

    def __init__(self) -> None:
        self._seen: _Stamps = {}

    def __len__(self) -> int:
        return len(self._seen)

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
        """Whether one of them is another now, or is gone."""
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
        for file in path.rglob("*.py") if path.is_dir() else (path,):
            try:
                stat = os.stat(file)  # noqa: PTH116 - no error for names that no file can have
            except (OSError, ValueError):
                found[file] = None
            else:
                found[file] = stat.st_mtime_ns, stat.st_size, stat.st_ino
    return found
