"""Atomic writes: a file is written under a hidden name, then renamed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from artengine.names import LONGEST_NAME, cut_name


@contextmanager
def atomic_write(path: Path, ending: str = ".part") -> Iterator[Path]:
    """Yield a hidden path to write to; it is renamed to `path` when the block ends.

    If the block raises, the file at `path` stays and the hidden file is removed. A hidden file left
    by a killed process is overwritten by the next write.

    Args:
        path: the file to create or replace.
        ending: suffix of the hidden path, for libraries that require a certain one.

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
