"""Outputs of a network are float32 in any precision."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, ClassVar

import keras
import numpy as np
import pytest

from artengine.model import Model
from artengine.nn.float32_outputs import Float32Outputs
from artengine.nn.measure import OwnMeasures
from artengine.nn.precision import Precision, precision_scope


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_all_outputs_are_float32(precision: Precision) -> None:
    with precision_scope(precision):
        shown = keras.Input((4, 4, 3))
        result = keras.layers.Conv2D(3, 1, name="made")(shown)
        network = keras.Model(shown, {"picture": result, "rest": [keras.layers.ReLU()(result)]})
    frames = np.full((1, 4, 4, 3), 0.3, np.float32)
    narrow, wide = network(frames), Float32Outputs(network)(frames, training=False)
    for before, after in (
        (narrow["picture"], wide["picture"]),
        (narrow["rest"][0], wide["rest"][0]),
    ):
        assert keras.backend.standardize_dtype(before.dtype) == precision
        assert keras.backend.standardize_dtype(after.dtype) == "float32"
        np.testing.assert_array_equal(np.asarray(after), np.asarray(before).astype(np.float32))
    assert Float32Outputs(network).get_layer("made") is network.get_layer("made")


def test_nested_networks_return_float32() -> None:
    with precision_scope("bfloat16"):
        shown = keras.Input((4, 4, 3))
        inner = keras.Model(shown, keras.layers.Conv2D(3, 1)(shown), name="inner")
        network = keras.Model(shown, inner(shown))
    result = Float32Outputs(network).get_layer("inner")(np.ones((1, 4, 4, 3), np.float32))
    assert keras.backend.standardize_dtype(result.dtype) == "float32"


def test_the_wrapper_can_be_copied() -> None:
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="made")])
    copied = copy(Float32Outputs(network))
    assert copied.get_layer("made") is network.get_layer("made")


class Telling(Model):
    """Measures the size in bytes of its output's data type."""

    name: ClassVar[str] = "telling"

    def build(self) -> Any:
        context_frames = keras.Input((None, None, 3 * self.context))
        return keras.Model(context_frames, keras.layers.Conv2D(3, 1)(context_frames))

    def measure(
        self, network: Any, context_frames: Any, truth: Any, seed: Any
    ) -> Mapping[str, Any]:
        return {"bytes": float(network(context_frames).dtype.size)}


def test_measures_of_a_model_get_float32() -> None:
    model = Telling(context=1)
    with precision_scope("bfloat16"):
        network = model.build()
    frame = np.zeros((4, 4, 3), np.float32)
    assert OwnMeasures(model, network)([([frame], frame)]) == {"bytes": 4.0}
