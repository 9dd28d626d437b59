"""Losses by name, which compare predictions with the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import keras
from keras import ops

from artengine.nn.losses.amounts import change, detail
from artengine.nn.losses.differences import gradient, l1, l2
from artengine.nn.losses.raster import raster
from artengine.nn.losses.similarity import ssim

Loss: TypeAlias = Callable[[Any, Any, Any], Any]
"""Maps the truth `(B, T, H, W, 3)`, the prediction of the same shape and the previous frame
`(B, H, W, 3)`, all float32 and nominally in 0..1, to a scalar: 0 if prediction equals truth."""

LOSSES: Mapping[str, Loss] = {
    "l1": l1,
    "l2": l2,
    "ssim": ssim,
    "gradient": gradient,
    "detail": detail,
    "change": change,
    "raster": raster,
}
"""Losses that depend on the frames alone; `adversarial` also uses a discriminator."""

PLAIN: Mapping[str, Loss] = {
    "mean_absolute_error": l1,
    "mae": l1,
    "mean_squared_error": l2,
    "mse": l2,
}
"""Losses by Keras's names that need a single mean here, where Keras computes a mean of means."""


def weighted(weights: Mapping[str, float]) -> Loss:
    """Return the weighted sum of losses by name; those of weight 0 are not computed."""
    chosen = [(LOSSES[name], weight) for name, weight in weights.items() if weight]

    def total(truth: Any, prediction: Any, last: Any) -> Any:
        return sum(weight * loss(truth, prediction, last) for loss, weight in chosen)

    return total


def of_keras(name: str) -> Loss:
    """Return one of Keras's losses, averaged over all values."""
    if name in PLAIN:
        return PLAIN[name]
    loss = keras.losses.get(name)

    def mean(truth: Any, prediction: Any, _last: Any) -> Any:
        return ops.mean(loss(truth, prediction))

    return mean
