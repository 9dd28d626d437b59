"""Weights on disk: a `.weights.h5` file and, beside it, a JSON file that says what it is."""

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
    """The JSON file that belongs to a weights file."""
    return weights.with_name(weights.name.removesuffix(SUFFIX) + ".json")


def save_weights(path: Path, network: keras.Model, description: Mapping[str, Any]) -> None:
    """Write a network's weights to `path` (ending in `.weights.h5`) and the description beside it.

    Each file appears under its name only once it is whole.

    Raises:
        OSError: when one of them cannot be written.
    """
    sizes = [np.dtype(each.dtype).itemsize * math.prod(each.shape) for each in network.weights]
    # Keras wants this ending.
    with atomic_write(description_path(path)) as about, atomic_write(path, SUFFIX) as unfinished:
        about.write_text(json.dumps(dict(description), indent=2) + "\n", encoding="utf-8")
        reserve(unfinished, sizes)
        network.save_weights(unfinished)


def load_weights(path: Path, network: keras.Model) -> None:
    """Read weights into a network of the same shape; HDF5 holds arrays only and runs no code.

    Raises:
        WeightsError: when the file is broken, was made for another network or holds nan or inf.
    """
    try:
        with h5py.File(path, "r") as file:
            check_self_contained(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.load_weights(path)
    except Exception as error:
        # Keras and h5py raise many kinds; to the user all of them mean that the file is not it.
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
    """The line that says what is wrong, without the values of variables."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if len(lines) > 1 and "could not be loaded" in lines[0]:
        # Keras counts the layers first, and then quotes what the first of them said.
        del lines[0]
    said = lines[0] if lines else type(error).__name__
    return shorten(said.partition(" Target variable:")[0], 240)
