"""A one-sentence summary of a preset, read without its plugins."""

from __future__ import annotations

from pathlib import Path

from artengine.errors import PresetError
from artengine.preset.extends import read_document
from artengine.preset.recipe import plain_line


def summary(path: Path) -> str:
    """Return a preset's `about` or title, or why it cannot be read, on one line."""
    try:
        table = read_document(path).table
    except PresetError as error:
        return f"broken: {error.problems[0]}"
    return plain_line(str(table.get("about") or table.get("title") or ""))
