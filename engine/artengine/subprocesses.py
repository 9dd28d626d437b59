"""Child processes: signals, priorities, and quoting of commands for a shell."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

if sys.platform == "win32":
    NEW_SESSION: dict[str, Any] = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
else:
    NEW_SESSION: dict[str, Any] = {"start_new_session": True}
"""Arguments of `subprocess.Popen` for a child that Ctrl-C and a closed terminal do not signal; the
engine terminates it itself."""

_LOWER = 10
"""Increment of the niceness: under full load the child gets a tenth of the processor time."""


@contextmanager
def block_sigterm() -> Iterator[None]:
    """Let children started in the block ignore SIGTERM, which schedulers send to all processes.

    SIGKILL still ends them. Windows has no SIGTERM; there this does nothing.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def lower_priority(process: subprocess.Popen[bytes]) -> None:
    """Lower the scheduling priority of a child process.

    Args:
        process: a child started with `NEW_SESSION`, so that only its own group is affected.
    """
    if sys.platform == "win32":
        return
    # The system may forbid it, or the child may have ended; ignore that.
    with suppress(OSError):
        nice = min(19, os.getpriority(os.PRIO_PROCESS, 0) + _LOWER)
        os.setpriority(os.PRIO_PGRP, process.pid, nice)
    if sys.platform == "linux":
        # With autogrouping, Linux shares the processors among sessions: niceness counts within one.
        with suppress(OSError):
            Path(f"/proc/{process.pid}/autogroup").write_text(str(_LOWER), encoding="ascii")


def command_line(words: Sequence[str]) -> str:
    """Quote a command for pasting into the shell of this platform."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
