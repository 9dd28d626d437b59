"""Losses by name: what a network is told of how far its predictions are from the truth."""

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
"""Of the truth `(B, T, H, W, 3)`, the prediction of that shape and the frame before their first,
`(B, H, W, 3)`, all float32 and nominally in 0..1, a scalar: 0 where they are equal."""

LOSSES: Mapping[str, Loss] = {
    "l1": l1,
    "l2": l2,
    "ssim": ssim,
    "gradient": gradient,
    "detail": detail,
    "change": change,
    "raster": raster,
}
"""Those that look at the frames alone; `adversarial` has a network of its own."""

PLAIN: Mapping[str, Loss] = {
    "mean_absolute_error": l1,
    "mae": l1,
    "mean_squared_error": l2,
    "mse": l2,
}
"""Losses by Keras's names that take one mean here, where Keras takes one of means."""


def weighted(weights: Mapping[str, float]) -> Loss:
    """Add up losses by name, each times its weight; those of weight 0 cost nothing."""
    chosen = [(LOSSES[name], weight) for name, weight in weights.items() if weight]

    def total(truth: Any, prediction: Any, last: Any) -> Any:
        return sum(weight * loss(truth, prediction, last) for loss, weight in chosen)

    return total


def of_keras(name: str) -> Loss:
    """One of Keras's losses, its mean over everything."""
    if name in PLAIN:
        return PLAIN[name]
    loss = keras.losses.get(name)

    def mean(truth: Any, prediction: Any, _last: Any) -> Any:
        return ops.mean(loss(truth, prediction))

    return mean
