"""One process at a time in a folder."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

logger = logging.getLogger("artengine")

if sys.platform == "win32":
    import msvcrt

    def _try(handle: IO[bytes]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def exclusive_lock(
    folder: Path, *, poll: float = 0.2, waiting: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Wait until no other process works in a folder that exists, then keep the others out.

    The operating system frees the lock when its process ends, however it ends. A warning says
    that there is something to wait for.

    Args:
        folder: where the lock file `.lock` is kept.
        poll: seconds between two tries.
        waiting: called after each try that fails; what it raises ends the wait.

    Raises:
        OSError: when the lock file cannot be made.
    """
    with (folder / ".lock").open("ab") as handle:
        told = False
        while True:
            try:
                _try(handle)
                break
            except (BlockingIOError, PermissionError):
                waiting()
                if not told:
                    logger.warning("%s: another process works here; waiting for it", folder)
                told = True
                time.sleep(poll)
        yield
