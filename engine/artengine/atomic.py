"""Files that are either complete or not there: written under a hidden name, then renamed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from artengine.names import LONGEST_NAME, cut_name


@contextmanager
def atomic_write(path: Path, ending: str = ".part") -> Iterator[Path]:
    """Give the hidden path to write a file under, which becomes `path` when the block ends.

    If the block raises, what was at `path` stays and the hidden file is removed. A hidden file that
    a killed process has left is replaced the next time.

    Args:
        path: the file to make or replace.
        ending: of the hidden path, for libraries that need one of theirs.

    Raises:
        OSError: when `path` cannot be replaced.
    """
    hidden = path.with_name(f".{cut_name(path.name, LONGEST_NAME - 1 - len(ending))}{ending}")
    try:
        yield hidden
        hidden.replace(path)
    except BaseException:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)
        raise
