"""Names for the entries of a list of plugins, by which addresses and messages find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def naming_key(word: str) -> str:
    """The key that names an entry of a list: `operation` of a bend, `use` of all others."""
    return "operation" if word == "bend" else "use"


def use_of(table: object, key: str = "use") -> str | None:
    """The name of the plugin that a preset's table uses; None where it names none.

    Args:
        table: the table.
        key: where its name is.
    """
    use = table.get(key) if isinstance(table, Mapping) else None
    return use if isinstance(use, str) else None


def entry_names(uses: Sequence[str | None]) -> list[str | None]:
    """The name of each entry of a list of plugins, in their order.

    Args:
        uses: the name of each entry's plugin; None for an entry that names none.

    Returns:
        The plugins' names, with `-2`, `-3` and so on behind those that were there before. None for
        an entry that names no plugin; its number is its only address.
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
