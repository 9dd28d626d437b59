"""The estimate of a network's peak memory."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
from keras import layers

from artengine.model import Model
from artengine.nn.memory_estimate import bytes_per_pixel
from artengine.params import Param


class Stack(Model):
    """A network of given layers."""

    name: ClassVar[str] = "stack"
    size_divisor: ClassVar[int] = 4
    layers: list[Any] = Param([])

    def build(self) -> keras.Model:
        context_frames = x = keras.Input((None, None, 3))
        for layer in self.layers:
            x = layer(x)
        return keras.Model(context_frames, x)


def test_the_estimate_is_the_peak_of_live_tensors() -> None:
    def stack(*given: Any) -> Stack:
        return Stack.model_construct(context=1, layers=list(given))

    assert bytes_per_pixel(stack(layers.Conv2D(5, 3, padding="same"))) == 4 * (3 + 5)
    wide = layers.Conv2D(16, 4, strides=4), layers.UpSampling2D(4)
    assert bytes_per_pixel(stack(*wide)) == 4 * (1 + 16)
