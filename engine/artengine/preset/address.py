"""Addresses: where a value is in a preset, as `dream.frames` or `feedback.noise.amount`.

An entry of a chain or of the writers is named by its plugin, and a bend by its operation; the
second of one name has `-2` behind it: `feedback.noise-2.amount`. Its number works too, counted from
0: `feedback.0.amount`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from artengine.entry_names import entry_names
from artengine.errors import did_you_mean

Address: TypeAlias = tuple[str | int, ...]

CHAINS = ("feedback", "state", "output")
"""The tables of a preset that hold a list of effects."""

LISTS = ("bend", *CHAINS, "writers")
"""The tables of a preset that hold a list of plugins or bends."""

MOST_PARTS = 32
"""How many parts an address may have."""

MOST_DOTS = 1000
"""How many dots an address may have, those inside of quoted parts among them."""


def parse_address(written: str) -> Address:
    """Split `feedback.noise.amount` into its parts; those that are whole numbers become numbers.

    Parts that hold dots or spaces are quoted, as keys are in TOML.

    Raises:
        ValueError: when it is none.
    """
    if written.count(".") > MOST_DOTS:
        raise ValueError(f"an address has at most {MOST_PARTS} parts, as dream.frames has 2")
    keys = re.sub(r"\[(\d+)\]", r".\1", written.strip())
    try:
        nested: Any = tomllib.loads(f"{keys} = 0")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ValueError("write an address as dream.frames or feedback.noise.amount") from error
    address: Address = ()
    while isinstance(nested, dict):
        if len(nested) != 1 or len(address) == MOST_PARTS:
            raise ValueError(f"an address has at most {MOST_PARTS} parts, as dream.frames has 2")
        ((key, nested),) = nested.items()
        address += (int(key) if key.isdecimal() and address else key,)
    return address


def write_address(address: Address) -> str:
    """The address as text, its parts joined by dots."""
    return ".".join(map(str, address))


def to_numbers(address: Address, lists: Mapping[str, Sequence[str | None]]) -> Address:
    """The same address with the number of an entry in place of its name.

    Args:
        address: an address; one outside of the lists is returned unchanged.
        lists: the `uses` of each list, by the list's name.

    Raises:
        ValueError: when the list has no such entry; the message says what it has.
    """
    if len(address) < 2 or address[0] not in lists:
        return address
    word, part, *rest = address
    names = entry_names(lists[str(word)])
    if isinstance(part, int) and part < len(names):
        return address
    if part in names:
        return (word, names.index(str(part)), *rest)
    known = [name or str(number) for number, name in enumerate(names)]
    raise ValueError(no_such_entry(str(word), str(part), known))


def no_such_entry(word: str, name: str, known: Sequence[str]) -> str:
    """Say that a list of plugins has no entry of a name, and which it has."""
    holds = f"it has {', '.join(known)}" if known else "it is empty"
    return f'[[{word}]] has no "{name}"{did_you_mean(name, known)}; {holds}'


def to_names(address: Address, lists: Mapping[str, Sequence[str | None]]) -> Address:
    """The same address with the name of an entry in place of its number, where it has a name."""
    if len(address) < 2 or address[0] not in lists:
        return address
    word, number, *rest = address
    if not isinstance(number, int):
        return address
    names = entry_names(lists[str(word)])
    name = names[number] if number < len(names) else None
    return address if name is None else (word, name, *rest)
