"""When Python looks for garbage."""

from __future__ import annotations

import gc
import io
from contextlib import suppress

_RARELY = 200_000
"""More objects than a film has made when it begins; Python looks for garbage at every 700."""

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


def leave_garbage() -> None:
    """Let the process end without a last look for garbage, which takes a tenth of a second.

    It would close files that are among it, as those of a plugin; what they hold is written here.
    """
    objects = gc.get_objects()
    files = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)
    kinds = {kind for kind in set(map(type, objects)) if issubclass(kind, files)}
    for each in objects:
        if type(each) in kinds:
            # One that is closed, or whose reader has gone away, takes nothing.
            with suppress(OSError, ValueError):
                each.flush()
    gc.freeze()
