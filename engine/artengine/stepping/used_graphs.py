"""Which kept graphs the last dream of a network used, so that the next one can read them ahead."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from artengine.atomic import atomic_write

_MOST = 16
"""More graphs than a dream uses; each is read by a thread of its own."""


class UsedGraphs:
    """The names of graphs, remembered in a file.

    Args:
        file: of a network at the sizes of one dream.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._used: list[str] = []
        self.before: tuple[str, ...] = ()
        """Those that the dream before used; none where that is not known."""
        with suppress(OSError, ValueError, RecursionError):
            told = json.loads(file.read_text(encoding="utf-8"))
            is_list = isinstance(told, list) and len(told) <= _MOST
            if is_list and all(isinstance(name, str) for name in told):
                self.before = tuple(told)

    def add(self, name: str) -> None:
        """Note that this dream uses one."""
        self._used.append(name)
        if name in self.before:
            return
        self.before = tuple(self._used)
        # Without it the next dream reads its graphs when it needs them.
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(self._file) as hidden:
                hidden.write_text(json.dumps(self._used), encoding="utf-8")
