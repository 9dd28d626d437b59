"""Locks between processes, on a file or a folder."""

from __future__ import annotations

import logging
import os
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


def try_lock(path: Path) -> IO[bytes] | None:
    """Lock a file, creating it if needed; return None if another process or handle holds the lock.

    Close the returned handle to release the lock. The operating system releases it when the process
    ends, in whatever way. The holder may remove the file.

    Raises:
        OSError: when the file cannot be created or opened.
    """
    while True:
        handle = path.open("ab")
        try:
            _try(handle)
            if _is_there(path, handle):
                return handle
        except (BlockingIOError, PermissionError):
            handle.close()
            return None
        except BaseException:
            handle.close()
            raise
        # The last holder removed the file after it was opened here, so this handle is stale.
        handle.close()


def _is_there(path: Path, handle: IO[bytes]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle.fileno()))
    except FileNotFoundError:
        return False


@contextmanager
def exclusive_lock(
    folder: Path, *, poll: float = 0.2, waiting: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hold the lock of an existing folder for the block; wait while another process holds it.

    Waiting is logged as a warning.

    Args:
        folder: the folder of the lock file `.lock`.
        poll: seconds between two attempts.
        waiting: called after each failed attempt; an exception from it ends the wait.

    Raises:
        OSError: when the lock file cannot be created.
    """
    warned = False
    while (handle := try_lock(folder / ".lock")) is None:
        waiting()
        if not warned:
            logger.warning("%s: another process works here; waiting for it", folder)
        warned = True
        time.sleep(poll)
    with handle:
        yield
