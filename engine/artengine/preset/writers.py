"""The writers of a preset, and checks of their output paths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from artengine.params import quoted
from artengine.preset.address import Address
from artengine.preset.document import Document
from artengine.preset.files import PathError, writable
from artengine.preset.plugins import PluginTables
from artengine.writer import Writer


def build_writers(
    plugins: PluginTables, table: dict[str, Any], document: Document, name: str
) -> tuple[Writer, ...]:
    """Build a preset's writers.

    Args:
        plugins: collects the mistakes.
        table: the preset; it is changed: a missing path becomes `name` with the writer's suffix,
            and a path outside the working folder is reduced to the file's name.
        document: the document, which has the origins of values.
        name: the preset's name.
    """
    tables = plugins.tables("writers", "file")
    if table.get("writers") == []:
        plugins.problem(("writers",), "nothing would be written; leave it out, or name a writer")
    writers: list[Writer] = []
    targets: dict[str, Address] = {}
    for address, own in tables:
        kind = plugins.kind("writer", address, own)
        if kind is None or not issubclass(kind, Writer):
            continue
        path = (*address, "path")
        given = own.get("path", "")
        if given == "" and kind.suffixes:
            given = own["path"] = f"{name}{kind.suffixes[0]}"
        elif given and isinstance(given, str):
            _check_target(plugins, document, kind, path, given)
        binding = plugins.binding(kind, address, own)
        writer = binding and binding.plugin
        if not isinstance(writer, Writer):
            continue
        made = _output_path(writer, given)
        # Many file systems are case-insensitive.
        target = str(Path.cwd() / made).casefold()
        if given and target in targets:
            first = plugins.named(targets[target])
            plugins.problem(path, f"{quoted(given)} given; {first}: goes to {made} already")
        elif given:
            targets[target] = address
        # A recipe has the name of a file, but not the folder where it was written.
        if Path(given).is_absolute() or ".." in Path(given).parts:
            own["path"] = Path(given).name
        writers.append(writer)
    return tuple(writers)


def _output_path(writer: Writer, given: str) -> str:
    """The file or folder that the writer makes; `given` itself if it is invalid."""
    try:
        return os.path.normpath(writer.result(Path(given)))
    except ValueError:
        return given


def _check_target(
    plugins: PluginTables, document: Document, kind: type[Writer], address: Address, given: str
) -> None:
    try:
        writable(given, document.written(address))
    except PathError as error:
        plugins.problem(address, str(error))
    # Otherwise a preset could overwrite a file that is not a film.
    if kind.suffixes and not given.lower().endswith(kind.suffixes):
        endings = ", ".join(kind.suffixes)
        plugins.problem(address, f"{quoted(given)} given; files of {kind.name} end in {endings}")
