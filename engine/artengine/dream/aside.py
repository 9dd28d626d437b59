"""Run a function on a thread in parallel with a block."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from types import TracebackType
from typing import Self

_HEAD_START = 0.02
"""Seconds that the function runs before the block starts."""


class Aside:
    """A context manager that runs a function on its own thread, and joins it after the block.

    An error of the function is raised at the end, unless the block has raised one.
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
            # An import in the block would delay the start of the function for longer than this.
            self._thread.join(_HEAD_START)
        except BaseException:
            # Ctrl-C: the block is skipped, and the caller closes what the function uses.
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
