"""OpenVINO's one object, what it reads, and what its errors say."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path
from textwrap import shorten

from artengine.stepping.graph import NotComputable
from artengine.stepping.openvino_library import openvino


@cache
def core() -> openvino.Core:
    """OpenVINO's one object that reads and compiles."""
    # Kept for good: on processors with AMX the last core frees a thread's stack for signals while
    # it is in use, and the next signal would crash the process.
    return openvino.Core()


def translated(graph: bytes) -> openvino.Model:
    """Read TensorFlow's GraphDef without variables.

    Raises:
        NotComputable: when it has operations that OpenVINO has not.
    """
    try:
        # From a file, for `openvino.convert_model` tells its makers that it was called.
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "graph.pb"
            file.write_bytes(graph)
            return core().read_model(file)
    except RuntimeError as error:
        raise NotComputable(cause(error)) from error


def cause(error: Exception) -> str:
    """The line of an error that says what is wrong."""
    lacking = re.search(r"No conversion rule found for operations: (.*)", str(error))
    if lacking:
        return f"it has no {lacking[1].strip()}"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return shorten(lines[-1].rstrip("."), 200) if lines else type(error).__name__
