"""Keeping memory between frames."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_KEPT = 1 << 30


def keep_memory() -> None:
    """Have the C library keep what is freed rather than give it back to the system.

    A frame's arrays are of megabytes, made and freed some twenty times a frame; by default glibc
    returns such blocks at once, and the system clears them page by page when they come again. That
    took a tenth to a quarter of a frame's time. The settings are those of `mallopt(3)`; elsewhere
    than on Linux with glibc nothing happens.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _KEPT)
        mallopt(_TRIM_THRESHOLD, _KEPT)
        mallopt(_TOP_PAD, 1 << 26)
