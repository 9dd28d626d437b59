"""Migration of renamed keys in old presets and recipes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from artengine.preset.address import Address, write_address

RENAMED: Mapping[tuple[str, str], tuple[str, str]] = {
    ("dream", "history"): ("dream", "truth_frames"),
    ("dream", "history_slots"): ("dream", "truth_slots"),
    ("train", "self_feeding"): ("train", "max_horizon"),
}
"""The new address of each renamed key, by its old address. Both are in the same table."""


def migrate(table: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Rename the keys of an old preset.

    Args:
        table: the parsed preset; it is not changed.

    Returns:
        The table with the new names, and a sentence for each renamed key.

    Raises:
        ValueError: when a key is present with both its old and its new name.
    """
    migrated, renamed = dict(table), []
    for word in dict.fromkeys(word for word, _ in RENAMED):
        inner = table.get(word)
        if not isinstance(inner, Mapping):
            continue
        names = {name: new_address((word, name))[1] for name in inner}
        for old, new in names.items():
            if old == new:
                continue
            if new in inner:
                raise ValueError(
                    f"{word}.{old}: is now {word}.{new}, which is there too; remove it"
                )
            renamed.append(renaming((word, old)))
        migrated[word] = {names[name]: value for name, value in inner.items()}
    return migrated, renamed


def new_address(address: Address) -> Address:
    """Return the current address of a value; the same one if it was not renamed."""
    for old, new in RENAMED.items():
        if address[: len(old)] == old:
            return (*new, *address[len(old) :])
    return address


def renaming(address: Address) -> str:
    """Return a sentence about a renamed address."""
    return f"{write_address(address)} is now {write_address(new_address(address))}"
