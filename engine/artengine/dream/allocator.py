"""Memory: reuse of freed blocks, and the depth of frame queues."""

from __future__ import annotations

import ctypes
import sys

from artengine.frame import Size

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_KEPT = 1 << 30
_LARGEST_KEPT = 32 << 20

_QUEUED = 128 << 20
_DEPTH = 4


def ahead(size: Size) -> int:
    """Return the depth of a queue of frames between two threads: four, if they fit into 128 MiB.

    For frames above 11 million pixels it is 0. Reading, dreaming and writing then share one thread,
    so that they do not need their memory at the same time.
    """
    return min(_DEPTH, _QUEUED // (12 * size[0] * size[1]))


def keep_memory() -> None:
    """Make the C library keep freed blocks rather than return them to the system.

    A frame's arrays take megabytes and are allocated and freed about twenty times per frame. By
    default glibc returns such blocks at once, and the system zeroes their pages when they are
    allocated again, which took a tenth to a quarter of a frame's time. Blocks above 32 MiB, as in
    films larger than 1920x1080, are still returned: keeping them fragments the heap, which needed
    half as much memory again. See `mallopt(3)`. This does nothing on systems other than Linux with
    glibc.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGEST_KEPT)
        mallopt(_TRIM_THRESHOLD, _KEPT)
        mallopt(_TOP_PAD, 1 << 26)
