"""Memory: what is kept between frames, and how many frames may wait."""

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

    None may above 11 million pixels. There is then one thread, so that what reading, dreaming and
    writing each need for themselves is never needed at once.
    """
    return min(_DEPTH, _WAITING // (12 * size[0] * size[1]))


def keep_memory() -> None:
    """Have the C library keep what is freed rather than give it back to the system.

    A frame's arrays are of megabytes, made and freed some twenty times a frame; by default glibc
    returns such blocks at once, and the system clears them page by page when they come again. That
    took a tenth to a quarter of a frame's time. Blocks above 32 MiB, as the frames of films larger
    than 1920x1080 take, are returned all the same: kept, they lie about in pieces that nothing
    fits into, and took half as much memory again. The settings are those of `mallopt(3)`;
    elsewhere than on Linux with glibc nothing happens.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGEST_KEPT)
        mallopt(_TRIM_THRESHOLD, _KEPT)
        mallopt(_TOP_PAD, 1 << 26)
