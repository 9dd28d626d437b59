"""OpenVINO's core, reading of graphs, and error messages."""

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
    """Return the process's only `Core`, which reads and compiles graphs."""
    # It is never deleted: on processors with AMX, deleting the last core frees a thread's signal
    # stack while it is in use, and the next signal would crash the process.
    return openvino.Core()


def translated(graph: bytes) -> openvino.Model:
    """Read a TensorFlow GraphDef without variables.

    Raises:
        NotComputable: when it has operations that OpenVINO does not support.
    """
    try:
        # Read from a file, because `openvino.convert_model` sends telemetry.
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "graph.pb"
            file.write_bytes(graph)
            return core().read_model(file)
    except RuntimeError as error:
        raise NotComputable(cause(error)) from error


def cause(error: Exception) -> str:
    """Return the line of an error that states the cause."""
    lacking = re.search(r"No conversion rule found for operations: (.*)", str(error))
    if lacking:
        return f"it has no {lacking[1].strip()}"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return shorten(lines[-1].rstrip("."), 200) if lines else type(error).__name__
