"""Weights with values that are not finite."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from artengine.errors import WeightsError
from artengine.nn.weights import load_weights, save_weights
from artengine_plugins.models.swift import Swift


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_refused(tmp_path: Path, wrong: float) -> None:
    network = Swift(width=8).build()
    kernel = network.weights[2]
    values = np.asarray(kernel.numpy()).copy()
    values.flat[3] = wrong
    kernel.assign(values)
    path = tmp_path / "a.weights.h5"
    save_weights(path, network, {})
    other = Swift(width=8).build()
    with pytest.raises(WeightsError) as caught:
        load_weights(path, other)
    message = str(caught.value)
    assert (
        f"{path}: {other.weights[2].path} holds nan or inf (1 of {values.size:,} numbers)"
        in message
    )
    assert "train again" in message
