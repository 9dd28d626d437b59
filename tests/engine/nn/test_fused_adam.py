"""The fused Adam takes the same steps as that of Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from artengine.nn.fused_adam import FusedAdam
from artengine.nn.optimisers import build_optimiser


@pytest.mark.parametrize(("accumulate", "dtype"), [(1, "float32"), (2, "float32"), (1, "bfloat16")])
def test_fused_steps_equal_those_of_keras(accumulate: int, dtype: str) -> None:
    rng = np.random.default_rng(0)
    steps = [[rng.normal(size=shape).astype("float32") for shape in ((3, 2), (2,))] for _ in "1234"]

    def learnt(*, fused: bool) -> list[np.ndarray]:
        layer = keras.layers.Dense(
            2,
            kernel_initializer="ones",
            kernel_constraint=keras.constraints.UnitNorm(),
            dtype=dtype,
        )
        network = keras.Sequential([keras.Input((3,)), layer])
        optimiser = build_optimiser("adam", network, accumulate=accumulate)
        assert isinstance(optimiser, FusedAdam)
        if not fused:
            optimiser = keras.optimizers.Adam.from_config(optimiser.get_config())
            optimiser.build(network.trainable_variables)
        for gradients in steps:
            optimiser.learning_rate = 0.5 * optimiser.learning_rate
            optimiser.apply([keras.ops.convert_to_tensor(each) for each in gradients])
        variables = *network.variables, *optimiser.variables
        return [each.numpy().astype("float64") for each in variables]

    for fused, own in zip(learnt(fused=True), learnt(fused=False), strict=True):
        np.testing.assert_allclose(fused, own, rtol=1e-5, atol=1e-7)
