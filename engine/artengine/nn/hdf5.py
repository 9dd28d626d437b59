"""HDF5 files from strangers: what they hold must lie in them."""

from __future__ import annotations

from typing import Any

import h5py


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
