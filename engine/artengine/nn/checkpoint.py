"""Checkpoints, which hold all variables of a training and a record of its progress in one file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from keras import ops

from artengine.atomic import atomic_write
from artengine.counts import counted
from artengine.errors import WeightsError
from artengine.hdf5 import check_self_contained, reserve

_RECORD = "position"
"""The attribute of the file that holds the record; version 0.1 introduced this name."""


def save_checkpoint(path: Path, variables: Sequence[Any], record: Mapping[str, Any]) -> None:
    """Write variables and a record (plain JSON values) atomically to one HDF5 file.

    Raises:
        OSError: when it cannot be written.
    """
    arrays = [np.asarray(ops.convert_to_numpy(variable.value)) for variable in variables]
    with atomic_write(path) as unfinished:
        reserve(unfinished, [array.nbytes for array in arrays])
        with h5py.File(unfinished, "w") as file:
            file.attrs[_RECORD] = json.dumps(dict(record))
            for number, array in enumerate(arrays):
                file.create_dataset(str(number), data=array)


def load_checkpoint(path: Path, variables: Sequence[Any]) -> dict[str, Any]:
    """Set variables to the values that `save_checkpoint` wrote, and return the record.

    Raises:
        WeightsError: when the file is corrupt or holds variables of other shapes.
    """
    with _opened(path) as file:
        if len(file) != len(variables):
            raise WeightsError(
                f"{path}: holds {counted(len(file), 'variable')} where this training has "
                f"{len(variables)}; it belongs to another model, or to another version of it"
            )
        for number, variable in enumerate(variables):
            saved = file[str(number)]
            if saved.shape != tuple(variable.shape):
                raise WeightsError(
                    f"{path}: {variable.path} is {saved.shape} where this training has "
                    f"{tuple(variable.shape)}; it belongs to another model, or to another version "
                    "of it"
                )
            variable.assign(np.asarray(saved))
        return _read_record(file)


def read_record(path: Path) -> dict[str, Any]:
    """Return the record alone.

    Raises:
        WeightsError: when the file is corrupt.
    """
    with _opened(path) as file:
        return _read_record(file)


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    try:
        with h5py.File(path, "r") as file:
            check_self_contained(file)
            yield file
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        said = " ".join(str(error).split())
        raise WeightsError(f"{path}: cannot be read as a checkpoint: {said}") from error


def _read_record(file: h5py.File) -> dict[str, Any]:
    record = json.loads(file.attrs[_RECORD])
    if not isinstance(record, dict):
        raise TypeError("its record is no table")
    return record
