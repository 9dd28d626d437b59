"""What a network gives is float32, whatever it computes in."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from artengine.nn.precision import Precision, building_in
from artengine.nn.widened import Widened


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_all_outputs_are_float32(precision: Precision) -> None:
    with building_in(precision):
        shown = keras.Input((4, 4, 3))
        made = keras.layers.Conv2D(3, 1, name="made")(shown)
        network = keras.Model(shown, {"picture": made, "rest": [keras.layers.ReLU()(made)]})
    frames = np.full((1, 4, 4, 3), 0.3, np.float32)
    narrow, wide = network(frames), Widened(network)(frames, training=False)
    for before, after in (
        (narrow["picture"], wide["picture"]),
        (narrow["rest"][0], wide["rest"][0]),
    ):
        assert keras.backend.standardize_dtype(before.dtype) == precision
        assert keras.backend.standardize_dtype(after.dtype) == "float32"
        np.testing.assert_array_equal(np.asarray(after), np.asarray(before).astype(np.float32))
    assert Widened(network).get_layer("made") is network.get_layer("made")
