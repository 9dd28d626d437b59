"""HDF5 files: those from strangers must hold all they need, and ours need room."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py

from artengine.errors import one_line

MOST_ITEMS = 10_000
"""Most groups and arrays in a file. A network of a thousand layers has about half as many, and each
takes a fraction of a millisecond to look at."""

_OVERHEAD = 8192
"""Bytes a variable that HDF5 takes at most beside its numbers: its groups, names and layout."""


def reserve(path: Path, sizes: Sequence[int]) -> None:
    """Make a file as large as one of HDF5 with such variables, to be overwritten by it.

    Where HDF5 itself meets a full disk it cannot close its file, and ends the whole process.

    Args:
        sizes: bytes of each variable.

    Raises:
        OSError: when there is no room.
    """
    path.write_bytes(bytes(sum(sizes) + _OVERHEAD * (len(sizes) + 1)))


def check_self_contained(file: h5py.File) -> None:
    """Refuse a file that would make HDF5 read other files, or take very long to load.

    Raises:
        ValueError: with the path of a link, or of a dataset that is external or virtual; or when
            there are more than `MOST_ITEMS` groups and datasets.
    """
    seen: set[int] = set()
    items = 0
    groups: list[Any] = [file]
    while groups:
        group = groups.pop()
        # Groups may hold each other.
        address = h5py.h5o.get_info(group.id).addr
        if address in seen:
            continue
        seen.add(address)
        items += len(group)
        if items > MOST_ITEMS:
            raise ValueError(
                f"it holds more than {MOST_ITEMS} groups and arrays, which weights never have"
            )
        for name in group:
            path = one_line(f"{group.name.rstrip('/')}/{name}")
            if group.get(name, getclass=True, getlink=True) is not h5py.HardLink:
                raise ValueError(f"{path} is a link, which weights never have")
            item = group[name]
            if isinstance(item, h5py.Group):
                groups.append(item)
            elif isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
                raise ValueError(f"{path} lies in another file, which weights never have")
