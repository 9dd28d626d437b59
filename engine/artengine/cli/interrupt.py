"""Ctrl-C as a wish to stop: once to end cleanly, twice to end at once."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Self


class Interrupt:
    """While entered, the first Ctrl-C only sets a flag, which a loop asks for by calling this.

    The second one raises KeyboardInterrupt as usual.
    """

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self.asked

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed, where work can be left at any time."""
        if self.asked:
            raise KeyboardInterrupt

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
