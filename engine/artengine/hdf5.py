"""HDF5 files: checking files from unknown sources, and reserving disk space for new ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py

from artengine.errors import one_line

MOST_ITEMS = 10_000
"""Maximum number of groups and arrays in a file. A network of a thousand layers has about half as
many, and checking each takes a fraction of a millisecond."""

_OVERHEAD = 8192
"""Maximum bytes per variable that HDF5 adds to the data: groups, names and layout."""


def reserve(path: Path, sizes: Sequence[int]) -> None:
    """Create a file as large as an HDF5 file with such variables, to be overwritten by it.

    If the disk becomes full while HDF5 writes, it cannot close its file and aborts the process.

    Args:
        sizes: bytes of each variable.

    Raises:
        OSError: when the disk is full.
    """
    path.write_bytes(bytes(sum(sizes) + _OVERHEAD * (len(sizes) + 1)))


def check_self_contained(file: h5py.File) -> None:
    """Reject a file that would make HDF5 read other files, or that would take long to load.

    Raises:
        ValueError: with the path of a link, or of a dataset that is external or virtual; or when
            there are more than `MOST_ITEMS` groups and datasets.
    """
    seen: set[int] = set()
    items = 0
    groups: list[Any] = [file]
    while groups:
        group = groups.pop()
        # Groups may contain each other.
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
