"""Tuning of Python's garbage collector."""

from __future__ import annotations

import gc
import io
from contextlib import suppress
from threading import Thread

_THRESHOLD = 200_000
"""Threshold that is not reached before a film starts; Python's default is 700 objects."""

_PATIENCE = 2.0

_saved: list[tuple[int, int, int]] = []


def collect_rarely() -> None:
    """Raise the collector's threshold while modules are imported and a preset is read.

    Nearly all objects allocated then are kept, and scanning them repeatedly takes a tenth of the
    time.
    """
    if not _saved:
        _saved.append(gc.get_threshold())
    gc.set_threshold(_THRESHOLD)


def collect_as_usual() -> None:
    """Restore the collector's threshold: the garbage of a film may hold frames."""
    if _saved:
        gc.set_threshold(*_saved.pop())


def leave_garbage(patience: float = _PATIENCE) -> bool:
    """Skip the final garbage collection at exit, which takes a tenth of a second.

    That collection would close unreferenced files, such as those of a plugin, so flush them here.

    Args:
        patience: seconds to wait for files that block, such as a pipe without a reader.

    Returns:
        Whether every file was flushed. If not, a normal exit of Python would block forever.
    """
    writer = Thread(target=_write_files, name="write files", daemon=True)
    writer.start()
    writer.join(patience)
    gc.freeze()
    return not writer.is_alive()


def _write_files() -> None:
    """Flush open files, and close compressing ones, which write a trailer when they are closed."""
    objects = gc.get_objects()
    plain = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)
    others = (*plain, io.BufferedReader, io.BufferedRWPair, io.BytesIO)
    kinds = set(map(type, objects))
    flushed = {kind for kind in kinds if issubclass(kind, plain)}
    closed = {k for k in kinds if issubclass(k, io.BufferedIOBase) and not issubclass(k, others)}
    # In this order, because a text wrapper may write to a compressing file.
    for among, finish in ((flushed, "flush"), (closed, "close")):
        for each in (each for each in objects if type(each) in among):
            # A closed file or a broken pipe raises, and a plugin's own file class may raise
            # anything.
            with suppress(Exception):
                getattr(each, finish)()
