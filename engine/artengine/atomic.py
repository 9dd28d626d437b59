"""Whole files: written under a name beside their own, which they take once they are whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def atomic_write(path: Path, ending: str = ".part") -> Iterator[Path]:
    """Give the hidden path to write a file under, which becomes `path` when the block ends.

    A block that raises leaves what stood at `path`, and nothing unfinished. Raises `OSError` where
    `path` cannot be replaced.

    Args:
        path: what is to be made or replaced.
        ending: of the hidden path, for libraries that want one of theirs.
    """
    unfinished = path.with_name(f".{path.name}{ending}")
    try:
        yield unfinished
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
