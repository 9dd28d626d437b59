"""Find the values of a preset that are always texts, even if they look like numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from artengine.catalog import Catalog, Kind
from artengine.preset.address import Address


def text_fields(table: Mapping[str, Any], catalog: Catalog) -> Callable[[Address], bool]:
    """Return a predicate: whether the value at an address is declared only as a text."""
    kinds: dict[str, Kind] = {"source": "source", "model": "model", "writers": "writer"}

    def is_text(address: Address) -> bool:
        if address in (("title",), ("about",), ("model", "weights")) or address[-1] == "use":
            return True
        around: Any = table
        for part in address[:-1]:
            inside = isinstance(part, int) and isinstance(around, list) and part < len(around)
            if not (inside or (isinstance(around, dict) and part in around)):
                return False
            around = around[part]
        if not isinstance(around, dict):
            return False
        plugins = catalog.plugins(kinds.get(str(address[0]), "effect"))
        kind = plugins.get(str(around.get("use")))
        info = None if kind is None else kind.model_fields.get(str(address[-1]))
        return info is not None and info.annotation is str

    return is_text
