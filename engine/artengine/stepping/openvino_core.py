"""OpenVINO's one object, and what its errors say."""

from __future__ import annotations

import re
from functools import cache
from textwrap import shorten

from artengine.stepping.openvino_library import openvino


@cache
def core() -> openvino.Core:
    """OpenVINO's one object that reads and compiles."""
    # Kept for good: on processors with AMX the last core frees a thread's stack for signals while
    # it is in use, and the next signal would crash the process.
    return openvino.Core()


def cause(error: Exception) -> str:
    """The line of an error that says what is wrong."""
    lacking = re.search(r"No conversion rule found for operations: (.*)", str(error))
    if lacking:
        return f"it has no {lacking[1].strip()}"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return shorten(lines[-1].rstrip("."), 200) if lines else type(error).__name__
