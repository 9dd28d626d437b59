"""Apply overrides to a preset's document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from artengine.catalog import Catalog
from artengine.preset.address import write_address
from artengine.preset.document import Document
from artengine.preset.edits import POSITIONS, is_edit
from artengine.preset.layer import Layer
from artengine.preset.override import Override
from artengine.preset.text_fields import text_fields


def lay_overrides(document: Document, overrides: Sequence[Override], catalog: Catalog) -> list[str]:
    """Apply overrides to a document; return their mistakes."""
    mistakes = []
    is_text = text_fields(document.table, catalog)
    for override in sorted(overrides, key=_order):
        address, value = override.address, override.value
        try:
            if not is_edit(address):
                address = document.numbered(address)
                if not isinstance(value, str) and is_text(address):
                    value = override.text
            document.put(address, value, Layer(override.origin, Path.cwd(), named=True))
        except ValueError as error:
            written = write_address(override.address)
            mistakes.append(f"{override.origin}: {written}: {error}")
    return mistakes


def _order(override: Override) -> int:
    """Sort key: added entries first, then changes of the plugin, then parameters."""
    last = override.address[-1]
    return 0 if last in POSITIONS else 1 if last == "use" else 2
