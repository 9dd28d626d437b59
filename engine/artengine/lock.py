"""Locks between processes: one at a time in a folder or at a file."""

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
    """Lock a file, made where there is none; None while another process or handle holds it.

    The lock lasts until what is returned is closed. The operating system frees it when its process
    ends, however it ends. Whoever holds it may remove the file.

    Raises:
        OSError: when the file cannot be made or opened.
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
        # Removed by its last holder after it was opened here: another file has its name by now.
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
    """Wait until no other process works in a folder that exists, then keep the others out.

    A warning says that there is something to wait for.

    Args:
        folder: where the lock file `.lock` is kept.
        poll: seconds between two tries.
        waiting: called after each try that fails; what it raises ends the wait.

    Raises:
        OSError: when the lock file cannot be made.
    """
    told = False
    while (handle := try_lock(folder / ".lock")) is None:
        waiting()
        if not told:
            logger.warning("%s: another process works here; waiting for it", folder)
        told = True
        time.sleep(poll)
    with handle:
        yield
