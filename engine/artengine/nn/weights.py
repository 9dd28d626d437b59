"""Weights on disk: a `.weights.h5` file and a JSON file next to it that describes it."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from textwrap import shorten
from typing import Any

import h5py
import keras
import numpy as np

from artengine.atomic import atomic_write
from artengine.counts import counted
from artengine.errors import WeightsError
from artengine.hdf5 import check_self_contained, reserve

SUFFIX = ".weights.h5"


def description_path(weights: Path) -> Path:
    """Return the path of the JSON file that describes a weights file."""
    return weights.with_name(weights.name.removesuffix(SUFFIX) + ".json")


def save_weights(path: Path, network: keras.Model, description: Mapping[str, Any]) -> None:
    """Write a network's weights to `path` (ending in `.weights.h5`), and their description.

    The description is a file next to it, see `description_path`. Each is written atomically.

    Raises:
        OSError: when one of them cannot be written.
    """
    sizes = [np.dtype(each.dtype).itemsize * math.prod(each.shape) for each in network.weights]
    # Keras requires this suffix.
    with atomic_write(description_path(path)) as about, atomic_write(path, SUFFIX) as unfinished:
        about.write_text(json.dumps(dict(description), indent=2) + "\n", encoding="utf-8")
        reserve(unfinished, sizes)
        network.save_weights(unfinished)


def load_weights(path: Path, network: keras.Model) -> None:
    """Read weights into a network of the same shape; HDF5 holds arrays only and runs no code.

    Raises:
        WeightsError: when the file is corrupt, was made for another network or holds nan or inf.
    """
    try:
        with h5py.File(path, "r") as file:
            check_self_contained(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.load_weights(path)
    except Exception as error:
        # Keras and h5py raise errors of many types; all mean that the file does not fit.
        raise WeightsError(
            f"{path}: these weights do not fit the network "
            f"({network.name}, {network.count_params():,} parameters): {_cause(error)}"
        ) from error
    _check_finite(path, network)


def _check_finite(path: Path, network: keras.Model) -> None:
    for variable in network.weights:
        values = keras.ops.convert_to_numpy(variable.value)
        if not np.issubdtype(values.dtype, np.integer):
            wrong = np.count_nonzero(~np.isfinite(values.astype(np.float32, copy=False)))
            if wrong:
                raise WeightsError(
                    f"{path}: {variable.path} holds nan or inf ({wrong:,} of "
                    f"{counted(values.size, 'number')}), "
                    "as after a training that diverged; train again with a lower "
                    "train.learning_rate, or take other weights"
                )


def _cause(error: Exception) -> str:
    """Return the line of an error that states the cause, without the values of variables."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if len(lines) > 1 and "could not be loaded" in lines[0]:
        # Keras first states the number of layers, and then quotes the error of the first one.
        del lines[0]
    said = lines[0] if lines else type(error).__name__
    return shorten(said.partition(" Target variable:")[0], 240)
