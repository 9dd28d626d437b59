"""Unique names for the entries of a list of plugins, used in addresses and messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def naming_key(word: str) -> str:
    """Return the key that names an entry: `operation` for bends, `use` for all other lists."""
    return "operation" if word == "bend" else "use"


def use_of(table: object, key: str = "use") -> str | None:
    """Return the name of the plugin that a preset's table uses, or None.

    Args:
        table: the table.
        key: the key that holds the name.
    """
    use = table.get(key) if isinstance(table, Mapping) else None
    return use if isinstance(use, str) else None


def entry_names(uses: Sequence[str | None]) -> list[str | None]:
    """Return a unique name for each entry of a list of plugins, in order.

    Args:
        uses: the name of each entry's plugin; None for an entry that names none.

    Returns:
        The plugins' names; `-2`, `-3` and so on is appended to repeated ones. None for an entry
        that names no plugin; its index is its only address.
    """
    names: list[str | None] = []
    plain = set(uses)
    for use in uses:
        name, count = use, 1
        while name is not None and (name in names or (count > 1 and name in plain)):
            count += 1
            name = f"{use}-{count}"
        names.append(name)
    return names
