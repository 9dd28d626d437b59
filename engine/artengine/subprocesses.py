"""Child processes that the wish to stop does not reach, for it is the engine's to handle."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

if sys.platform == "win32":
    NEW_SESSION: dict[str, Any] = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
else:
    NEW_SESSION: dict[str, Any] = {"start_new_session": True}
"""What `subprocess.Popen` is to be given, so that Ctrl-C does not reach it."""


@contextmanager
def block_sigterm() -> Iterator[None]:
    """Keep SIGTERM, which schedulers send to all of a job, from what is started meanwhile.

    It can be killed still. Windows has no such signal.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
