"""Names that presets used to have: old presets and recipes are read by the new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from artengine.preset.address import Address, write_address

RENAMED: Mapping[tuple[str, str], tuple[str, str]] = {
    ("dream", "history"): ("dream", "truth_frames"),
    ("dream", "history_slots"): ("dream", "truth_slots"),
    ("train", "self_feeding"): ("train", "max_horizon"),
}
"""The address of each key that was renamed, and its new address. Both are in one table."""


def migrate(table: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Give the keys of an old preset their new names.

    Args:
        table: the preset, as it was read; it is not changed.

    Returns:
        The table with the new names in the old ones' places, and a sentence for each renamed key.

    Raises:
        ValueError: when a key is there by its old name and by its new one.
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
    """The address that a value has now; the same one where it was not renamed."""
    for old, new in RENAMED.items():
        if address[: len(old)] == old:
            return (*new, *address[len(old) :])
    return address


def renaming(address: Address) -> str:
    """Say that an address was renamed."""
    return f"{write_address(address)} is now {write_address(new_address(address))}"
