"""Child processes: which signals reach them, and how their commands are written for a shell."""

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
"""Arguments of `subprocess.Popen` for a child that Ctrl-C and a closed terminal do not reach; the
engine ends it itself."""

_LOWER = 10
"""By how many of the twenty steps of niceness: a tenth of the time, where others want all of it."""


@contextmanager
def block_sigterm() -> Iterator[None]:
    """Start children that ignore SIGTERM, which schedulers send to every process of a job.

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
    """Give way to everything else that wants the processors.

    Args:
        process: a child started with `NEW_SESSION`, so that this changes its own group alone.
    """
    if sys.platform == "win32":
        return
    # A system may forbid it, and the child may have ended. Then it is only slower.
    with suppress(OSError):
        nice = min(19, os.getpriority(os.PRIO_PROCESS, 0) + _LOWER)
        os.setpriority(os.PRIO_PGRP, process.pid, nice)
    if sys.platform == "linux":
        # Desktops share the processors among sessions first: priorities count within each.
        with suppress(OSError):
            Path(f"/proc/{process.pid}/autogroup").write_text(str(_LOWER), encoding="ascii")


def command_line(words: Sequence[str]) -> str:
    """Write a command so that it can be pasted into the shell of this platform."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
