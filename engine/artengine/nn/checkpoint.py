"""Checkpoints: every variable of a training, and where it stood, in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from keras import ops

from artengine.errors import WeightsError


def save_checkpoint(path: Path, variables: Sequence[Any], position: Mapping[str, Any]) -> None:
    """Write variables and a position (plain JSON values) to one HDF5 file, whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    with h5py.File(partial, "w") as file:
        file.attrs["position"] = json.dumps(dict(position))
        for number, variable in enumerate(variables):
            data = file.create_dataset(str(number), data=ops.convert_to_numpy(variable.value))
            data.attrs["path"] = variable.path
    partial.replace(path)


def load_checkpoint(path: Path, variables: Sequence[Any]) -> dict[str, Any]:
    """Set variables to what `save_checkpoint` wrote, and return the position.

    Raises:
        WeightsError: when the file is broken or belongs to another network or optimiser.
    """
    try:
        with h5py.File(path, "r") as file:
            position: dict[str, Any] = json.loads(file.attrs["position"])
            if len(file) != len(variables):
                raise WeightsError(
                    f"{path}: holds {len(file)} variables where this training has "
                    f"{len(variables)}; it was made with another model or optimiser"
                )
            for number, variable in enumerate(variables):
                saved = np.asarray(file[str(number)])
                if saved.shape != tuple(variable.shape):
                    raise WeightsError(
                        f"{path}: {variable.path} is {saved.shape} where this training has "
                        f"{tuple(variable.shape)}; it was made with another model or optimiser"
                    )
                variable.assign(saved)
    except (OSError, KeyError, ValueError) as error:
        raise WeightsError(f"{path}: cannot be read as a checkpoint: {error}") from error
    return position
