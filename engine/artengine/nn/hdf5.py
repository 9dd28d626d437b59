"""HDF5 files: those from strangers must hold all they need, and ours need room."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py

_BESIDE = 8192
"""Bytes a variable that HDF5 takes at most beside its numbers: its groups, names and layout."""


def reserve(path: Path, sizes: Sequence[int]) -> None:
    """Make a file that is as large as one of HDF5 with such variables will be.

    It is there to be written over. Where HDF5 itself meets a full disk it cannot close its file,
    and takes the whole process down with it.

    Args:
        sizes: bytes of each variable.

    Raises:
        OSError: when there is no room.
    """
    path.write_bytes(bytes(sum(sizes) + _BESIDE * (len(sizes) + 1)))


def check_self_contained(file: h5py.File) -> None:
    """Walk a file and refuse what would make HDF5 read other files while it is loaded.

    Raises:
        ValueError: with the place of a link, or of a dataset that is external or virtual.
    """
    seen: set[int] = set()
    groups: list[Any] = [file]
    while groups:
        group = groups.pop()
        # Groups may hold each other.
        address = h5py.h5o.get_info(group.id).addr
        if address in seen:
            continue
        seen.add(address)
        for name in group:
            place = f"{group.name.rstrip('/')}/{name}"
            if group.get(name, getclass=True, getlink=True) is not h5py.HardLink:
                raise ValueError(f"{place} is a link, which weights never need")
            item = group[name]
            if isinstance(item, h5py.Group):
                groups.append(item)
            elif isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
                raise ValueError(f"{place} lies in another file, which weights never need")
