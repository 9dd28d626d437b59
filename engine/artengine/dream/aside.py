"""Something done on a thread while something else is done."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from types import TracebackType
from typing import Self

_HEAD_START = 0.02
"""Seconds that the function has for itself."""


class Aside:
    """Calls a function on a thread of its own, and waits for it where the block ends.

    An error of the function is raised there, unless the block has raised one.
    """

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name="aside")

    def _run(self) -> None:
        try:
            self._function()
        except BaseException as error:
            self._error = error

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            # An import would keep it from what it does at first for longer than that takes.
            self._thread.join(_HEAD_START)
        except BaseException:
            # Ctrl-C: the block does not begin, and what the function uses is closed next.
            self._thread.join()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._thread.join()
        if kind is None and self._error is not None:
            raise self._error
