"""Memory: freed blocks that are kept for the next frame, and how many frames may wait."""

from __future__ import annotations

import ctypes
import sys

from artengine.frame import Size

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_KEPT = 1 << 30
_LARGEST_KEPT = 32 << 20

_WAITING = 128 << 20
_DEPTH = 4


def ahead(size: Size) -> int:
    """How many frames of a size may wait between two threads: four, if they fit into 128 MiB.

    Of frames above 11 million pixels none may wait. Reading, dreaming and writing then share one
    thread, so that the memory that each of them needs is never needed at once.
    """
    return min(_DEPTH, _WAITING // (12 * size[0] * size[1]))


def keep_memory() -> None:
    """Have the C library keep freed blocks rather than return them to the system.

    A frame's arrays take megabytes and are made and freed about twenty times per frame. By default
    glibc returns such blocks at once, and the system clears them page by page when they are needed
    again, which took a tenth to a quarter of a frame's time. Blocks above 32 MiB, as in films
    larger than 1920x1080, are still returned: kept, they fragment memory, of which half as much
    again was needed. The settings are those of `mallopt(3)`. On other systems than Linux with
    glibc this does nothing.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGEST_KEPT)
        mallopt(_TRIM_THRESHOLD, _KEPT)
        mallopt(_TOP_PAD, 1 << 26)
