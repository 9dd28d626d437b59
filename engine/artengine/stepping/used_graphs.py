"""Which kept graphs the last dream of a network used, so that the next one can read them ahead."""

from __future__ import annotations

from pathlib import Path

from artengine.remembered import Remembered

_MOST = 16
"""More graphs than a dream uses; each is read by a thread of its own."""


class UsedGraphs:
    """The names of graphs, remembered in a file.

    Args:
        file: of a network at the sizes of one dream.
    """

    def __init__(self, file: Path) -> None:
        self._kept = Remembered(file)
        self._used: list[str] = []
        self.before: tuple[str, ...] = ()
        """Those that the dream before used; none where that is not known."""
        told = self._kept.value
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
        self._kept.keep(self._used)
