"""Ctrl-C, SIGTERM and SIGHUP as stop requests, and the end of the process."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Self

from artengine.collecting import leave_garbage

END_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals that schedulers and closed terminals send. Windows has no SIGHUP."""


class Interrupt:
    """While entered, Ctrl-C is a stop request, which a loop polls by calling this object.

    Before the first poll there is nothing to keep, so Ctrl-C raises KeyboardInterrupt at once; so
    does a second Ctrl-C at any time.

    Args:
        says: the message printed at the first Ctrl-C, such as "stopping after this frame".
    """

    def __init__(self, says: str = "stopping") -> None:
        self.requested = False
        self._says = says
        self._polled = False

    def __call__(self) -> bool:
        """Return whether Ctrl-C was pressed."""
        self._polled = True
        return self.requested

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed, for work that can stop at any point."""
        if self.requested:
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
        if self.requested or not self._polled:
            self.requested = True
            raise KeyboardInterrupt
        self.requested = True
        _tell(f"\n{self._says}; press Ctrl-C again to quit at once\n")


def end_as_interrupt() -> None:
    """Handle SIGTERM, and SIGHUP from a closed terminal, like Ctrl-C.

    A second SIGTERM ends the process at once; a second SIGHUP is ignored, because a closed terminal
    may send several. If SIGHUP is ignored from the start, as under nohup, it stays ignored.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
        interrupt = signal.getsignal(signal.SIGINT)
        if not callable(interrupt):
            # Shells make background processes ignore Ctrl-C.
            raise KeyboardInterrupt
        interrupt(signal.SIGINT, frame)

    for number in END_SIGNALS:
        if number == signal.SIGTERM or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handle)


def end(code: int) -> None:
    """End the process with this exit code, even if signals arrive meanwhile.

    Python waits for all threads before it exits. The engine has ended its own; if a plugin left one
    running, or a file that blocks when flushed, this function ends the process itself.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()

    def at_once(number: int, frame: FrameType | None) -> None:
        os._exit(code)

    for number in (signal.SIGINT, *END_SIGNALS):
        signal.signal(number, at_once)
    foreign = [thread for thread in threading.enumerate() if not thread.daemon]
    # If Ctrl-C arrived during an exec(), which dataclasses use, `python -m artengine` would exit by
    # the signal although it was handled. Another exec() resets that.
    exec("")  # noqa: S102
    written = leave_garbage()
    if not written or foreign != [threading.main_thread()]:
        os._exit(code)


def _tell(text: str) -> None:
    # A progress bar, for example, may hold the stream's lock until this handler returns.
    with suppress(OSError, ValueError):
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, text.encode())
