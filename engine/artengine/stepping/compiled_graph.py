"""Graphs that OpenVINO has compiled, kept beside the files that they were read from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from artengine.atomic import atomic_write
from artengine.stepping.openvino_core import core
from artengine.stepping.openvino_library import openvino


def compiled_graph(file: Path, settings: Mapping[str, str | bool]) -> openvino.CompiledModel:
    """Compile a graph for the processor, or take what was compiled of it on such a one before.

    Args:
        file: the graph, `graph.xml`, of a folder whose content does not change.
        settings: how to compile.

    Raises:
        RuntimeError: when OpenVINO refuses.
    """
    processor = core().get_property("CPU", "FULL_DEVICE_NAME")
    told = json.dumps([openvino.get_version(), processor, dict(settings)], sort_keys=True)
    kept = file.with_name(f"compiled-{sha256(told.encode()).hexdigest()[:16]}.bin")
    found = _imported(kept, settings)
    if found is None:
        found = core().compile_model(file, "CPU", dict(settings))
        _keep(found, kept)
        # As every later dream has it.
        found = _imported(kept, settings) or found
    return found


def _imported(kept: Path, settings: Mapping[str, str | bool]) -> openvino.CompiledModel | None:
    try:
        content = memoryview(kept.read_bytes())
        if sha256(content[32:]).digest() != bytes(content[:32]):
            return None
        return core().import_model(content[32:].tobytes(), "CPU", dict(settings))
    except (OSError, RuntimeError):
        return None


def _keep(model: openvino.CompiledModel, kept: Path) -> None:
    # Without it the graph is only compiled again.
    with suppress(OSError, RuntimeError):
        content = model.export_model().getvalue()
        with atomic_write(kept) as hidden:
            hidden.write_bytes(sha256(content).digest() + content)
