"""A cache of graphs compiled by OpenVINO, stored next to the files that they were read from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Thread

from artengine.atomic import atomic_write
from artengine.stepping.openvino_core import core
from artengine.stepping.openvino_library import openvino


def compiled_graph(file: Path, settings: Mapping[str, str | bool]) -> openvino.CompiledModel:
    """Compile a graph for this processor, or load it from the cache.

    Args:
        file: the graph, `graph.xml`, in a folder whose content does not change.
        settings: OpenVINO's properties for compilation.

    Raises:
        RuntimeError: when OpenVINO fails to compile it.
    """
    kept = _kept(file, settings)
    found = _imported(kept, settings)
    if found is None:
        found = core().compile_model(file, "CPU", dict(settings))
        _keep(found, kept)
        # Import it even now, so that the first dream runs the same graph as every later one.
        found = _imported(kept, settings) or found
    return found


class CompiledAhead:
    """Loads a compiled graph from the cache on a thread.

    Args:
        file, settings: see `compiled_graph`.
    """

    def __init__(self, file: Path, settings: Mapping[str, str | bool]) -> None:
        self._found: openvino.CompiledModel | None = None
        kept = _kept(file, settings)

        def read() -> None:
            self._found = _imported(kept, settings)

        self._thread = Thread(target=read, name="read graph")
        self._thread.start()

    def found(self) -> openvino.CompiledModel | None:
        """Wait for the graph and return it; None when it is missing or corrupt."""
        self._thread.join()
        return self._found


def _kept(file: Path, settings: Mapping[str, str | bool]) -> Path:
    """Return the cache file of a graph compiled for this processor."""
    processor = core().get_property("CPU", "FULL_DEVICE_NAME")
    told = json.dumps([openvino.get_version(), processor, dict(settings)], sort_keys=True)
    return file.with_name(f"compiled-{sha256(told.encode()).hexdigest()[:16]}.bin")


def _imported(kept: Path, settings: Mapping[str, str | bool]) -> openvino.CompiledModel | None:
    try:
        with kept.open("rb") as file:
            digest, content = file.read(32), file.read()
        if sha256(content).digest() != digest:
            return None
        return core().import_model(content, "CPU", dict(settings))
    except (OSError, RuntimeError, ValueError):
        return None


def _keep(model: openvino.CompiledModel, kept: Path) -> None:
    # A failure costs only another compilation.
    with suppress(OSError, RuntimeError):
        content = model.export_model().getvalue()
        with atomic_write(kept) as hidden:
            hidden.write_bytes(sha256(content).digest() + content)
