"""Addresses of values in a preset, such as `dream.frames` or `feedback.noise.amount`.

An entry of a chain or of the writers is named by its plugin, and a bend by its operation; `-2` is
appended to the second one of a name: `feedback.noise-2.amount`. Its index, counted from 0, is also
allowed: `feedback.0.amount`.
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
"""The tables of a preset that are lists of effects."""

LISTS = ("bend", *CHAINS, "writers")
"""The tables of a preset that are lists of plugins or bends."""

MOST_PARTS = 32
"""Maximum number of parts of an address."""

MOST_DOTS = 1000
"""Maximum number of dots in an address, including those inside quoted parts."""


def parse_address(written: str) -> Address:
    """Split `feedback.noise.amount` into its parts; parts of digits become integers.

    Parts with dots or spaces are quoted, like keys in TOML.

    Raises:
        ValueError: when it is not an address.
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
    """Return the address as text, with its parts joined by dots."""
    return ".".join(map(str, address))


def to_numbers(address: Address, lists: Mapping[str, Sequence[str | None]]) -> Address:
    """Return the address with the name of an entry replaced by its index.

    Args:
        address: an address; one outside the lists is returned unchanged.
        lists: the `uses` of each list, by the list's name.

    Raises:
        ValueError: when the list has no such entry; the message lists its entries.
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
    """Return the message that a list of plugins has no entry of a name, with its entries."""
    holds = f"it has {', '.join(known)}" if known else "it is empty"
    return f'[[{word}]] has no "{name}"{did_you_mean(name, known)}; {holds}'


def to_names(address: Address, lists: Mapping[str, Sequence[str | None]]) -> Address:
    """Return the address with the index of an entry replaced by its name, if it has one."""
    if len(address) < 2 or address[0] not in lists:
        return address
    word, number, *rest = address
    if not isinstance(number, int):
        return address
    names = entry_names(lists[str(word)])
    name = names[number] if number < len(names) else None
    return address if name is None else (word, name, *rest)
