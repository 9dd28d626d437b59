"""When Python looks for garbage."""

from __future__ import annotations

import gc
import io
from contextlib import suppress
from threading import Thread

_RARELY = 200_000
"""More objects than a film has made when it begins; Python looks for garbage at every 700."""

_PATIENCE = 2.0

_usually: list[tuple[int, int, int]] = []


def collect_rarely() -> None:
    """Have Python look for garbage rarely, while modules are imported and a preset is read.

    Nearly all that is made then stays, and to look through it again and again takes a tenth of the
    time.
    """
    if not _usually:
        _usually.append(gc.get_threshold())
    gc.set_threshold(_RARELY)


def collect_as_usual() -> None:
    """Have Python look for garbage as often as before: what a film leaves may hold frames."""
    if _usually:
        gc.set_threshold(*_usually.pop())


def leave_garbage(patience: float = _PATIENCE) -> bool:
    """Let the process end without a last look for garbage, which takes a tenth of a second.

    It would close files that are among it, as those of a plugin; what they hold is written here.

    Args:
        patience: seconds to wait for files that take nothing, as a pipe that nobody reads.

    Returns:
        Whether all is written. If not, Python would wait for such a file without end.
    """
    writer = Thread(target=_write_files, name="write files", daemon=True)
    writer.start()
    writer.join(patience)
    gc.freeze()
    return not writer.is_alive()


def _write_files() -> None:
    """Write what open files hold, and close those that compress, which write more at their end."""
    objects = gc.get_objects()
    plain = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)
    others = (*plain, io.BufferedReader, io.BufferedRWPair, io.BytesIO)
    kinds = set(map(type, objects))
    flushed = {kind for kind in kinds if issubclass(kind, plain)}
    closed = {k for k in kinds if issubclass(k, io.BufferedIOBase) and not issubclass(k, others)}
    # In this order, because text may lie before what compresses it.
    for among, finish in ((flushed, "flush"), (closed, "close")):
        for each in (each for each in objects if type(each) in among):
            # One that is closed, or whose reader has gone away, takes nothing; a plugin's own kind
            # of file may raise anything.
            with suppress(Exception):
                getattr(each, finish)()
