"""The cached graphs that the last dream of a network used, for the next one to read ahead."""

from __future__ import annotations

from pathlib import Path

from artengine.remembered import Remembered

_MOST = 16
"""Maximum number of names, above what a dream uses; a thread is started for each."""


class UsedGraphs:
    """The names of used graphs, stored in a file.

    Args:
        file: the file for one network at the sizes of one dream.
    """

    def __init__(self, file: Path) -> None:
        self._kept = Remembered(file)
        self._used: list[str] = []
        self.before: tuple[str, ...] = ()
        """The names that the previous dream used; empty if they are unknown."""
        told = self._kept.value
        is_list = isinstance(told, list) and len(told) <= _MOST
        if is_list and all(isinstance(name, str) for name in told):
            self.before = tuple(told)

    def add(self, name: str) -> None:
        """Record that this dream uses a graph."""
        self._used.append(name)
        if name in self.before:
            return
        self.before = tuple(self._used)
        # If it cannot be written, the next dream only reads its graphs when it needs them.
        self._kept.keep(self._used)
