"""Whole files: written under a name beside their own, which they take once they are whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give the hidden path to write a file under, which becomes `path` when the block ends.

    A block that raises leaves what stood at `path`, and nothing unfinished. Raises `OSError` where
    `path` cannot be replaced.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        yield unfinished
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
