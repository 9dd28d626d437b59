"""Ctrl-C and SIGTERM as a wish to stop: once to end cleanly, twice to end at once."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Self


class Interrupt:
    """While entered, the first Ctrl-C only sets a flag, which a loop asks for by calling this.

    The second one raises KeyboardInterrupt as usual.

    Args:
        says: what the first one is answered with, as "stopping after this frame".
    """

    def __init__(self, says: str = "stopping") -> None:
        self.asked = False
        self._says = says

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
        _tell(f"\n{self._says}; press Ctrl-C again to quit at once\n")


def end_as_interrupt() -> None:
    """Have the wish of a scheduler or a closing desktop to end, SIGTERM, answered as Ctrl-C is.

    What answers Ctrl-C at that moment is called; a second SIGTERM ends the process at once.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        answer = signal.getsignal(signal.SIGINT)
        if not callable(answer):
            # Shells have what they run in the background ignore Ctrl-C.
            raise KeyboardInterrupt
        answer(signal.SIGINT, frame)

    signal.signal(signal.SIGTERM, handle)


def _tell(text: str) -> None:
    # Whatever else writes there, a progress bar for one, may hold a lock that it waits to give back
    # until this handler returns.
    with suppress(OSError, ValueError):
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, text.encode())
