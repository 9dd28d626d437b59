"""Child processes: which signals reach them, and how their commands are written for a shell."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

if sys.platform == "win32":
    NEW_SESSION: dict[str, Any] = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
else:
    NEW_SESSION: dict[str, Any] = {"start_new_session": True}
"""Arguments of `subprocess.Popen` for a child that Ctrl-C and a closed terminal do not reach; the
engine ends it itself."""


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


def command_line(words: Sequence[str]) -> str:
    """Write a command so that it can be pasted into the shell of this platform."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
