"""Initial weights that numpy draws, for backends of Keras other than TensorFlow.

They are the same with each of these backends. They also save time with JAX, which would otherwise
compile a program for the shape of every layer, which takes seconds each.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

_DEVIATION = 0.87962566103423978
"""Standard deviation of the standard normal distribution truncated at -2 and 2."""


class _Drawn(keras.initializers.VarianceScaling):  # type: ignore[misc]
    """Draws as Keras's class of the same name does."""

    of: ClassVar[type[keras.initializers.VarianceScaling]]

    def __init__(self, seed: int | None = None) -> None:
        keras_s = self.of(seed=seed)
        super().__init__(keras_s.scale, keras_s.mode, keras_s.distribution, keras_s.seed)

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Any:
        places = math.prod(shape[:-2])
        fans = {"fan_in": places * shape[-2], "fan_out": places * shape[-1]}
        fan = fans.get(self.mode, sum(fans.values()) / 2)
        rng = np.random.default_rng(self.seed)
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            most = math.sqrt(3.0 * variance)
            values: npt.NDArray[np.float64] = rng.uniform(-most, most, shape)
        else:
            values = _cut_off(rng, shape) * math.sqrt(variance) / _DEVIATION
        return ops.convert_to_tensor(values.astype(np.float32), dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}


def _cut_off(rng: np.random.Generator, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Draw from the standard normal distribution truncated at -2 and 2."""
    values = rng.standard_normal(shape)
    while (beyond := np.abs(values) > 2.0).any():
        values[beyond] = rng.standard_normal(int(beyond.sum()))
    return values


def register() -> None:
    """Register these under the names of Glorot's and He's initialisers, which most layers use."""
    known = keras.saving.get_custom_objects()
    for called, name in (
        ("GlorotUniform", "glorot_uniform"),
        ("GlorotNormal", "glorot_normal"),
        ("HeUniform", "he_uniform"),
        ("HeNormal", "he_normal"),
    ):
        drawn = type(called, (_Drawn,), {"of": getattr(keras.initializers, called)})
        known[name] = known[called] = drawn
