"""Counting operations, by hand and by machine."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
import pytest
from keras import layers, ops

from artengine.model import Model
from artengine.nn.flops import flops
from artengine.params import Param
from artengine_plugins.models.hourglass import Hourglass
from artengine_plugins.models.pixelcnn import PixelCNN


class Counted(Model):
    """What the test makes of it."""

    name: ClassVar[str] = "counted"
    multiple: ClassVar[int] = 4
    context: int = Param(1, ge=1)
    made: Any = None

    def build(self) -> keras.Model:
        history = keras.Input((None, None, 3))
        return keras.Model(history, self.made(history))


PIXELS = 8 * 12
"""Of a frame of 7x10, padded."""

BY_HAND: dict[str, tuple[Any, int]] = {
    "conv": (lambda x: layers.Conv2D(5, 3, padding="same")(x), PIXELS * 9 * 3 * 5),
    "stride": (lambda x: layers.Conv2D(5, 4, strides=4)(x), PIXELS // 16 * 16 * 3 * 5),
    "dilated": (
        lambda x: layers.Conv2D(5, 3, dilation_rate=2, padding="same")(x),
        PIXELS * 9 * 3 * 5,
    ),
    "transposed": (
        lambda x: layers.Conv2DTranspose(5, 3, strides=2, padding="same")(x),
        PIXELS * 9 * 3 * 5,
    ),
    "depthwise": (lambda x: layers.DepthwiseConv2D(3, padding="same")(x), PIXELS * 9 * 3),
    "dense": (lambda x: layers.Dense(7)(x), PIXELS * 3 * 7),
    "einsum": (lambda x: ops.einsum("bhwc,bhwd->bcd", x, x), PIXELS * 3 * 3),
    "nothing": (lambda x: ops.tanh(x) * 2 + 1, 0),
}


@pytest.mark.parametrize(("made", "products"), BY_HAND.values(), ids=BY_HAND)
def test_counts_as_one_does_by_hand(made: Any, products: int) -> None:
    def shown(x: Any) -> Any:
        # The step wants a frame, whatever else is computed.
        return x + 0.0 * ops.mean(made(x))

    model = Counted(made=shown)
    assert flops(model, model.build(), 7, 10) == 2 * products


def test_hourglass_by_hand() -> None:
    full = 49 * 15 * 64 + 25 * 64 * 32 + 9 * 32 * 16
    full += 9 * (32 + 16) * 32 + 2 * 25 * 32 * 32 + 49 * 32 * 3
    half = 49 * 16 * 32 + 25 * 32 * 32 + 9 * 32 * 16
    half += 9 * (32 + 16) * 32 + 25 * 32 * 32 + 49 * 32 * 32
    quarter = 25 * 16 * 32 + 9 * 32 * 32 + 32 * 16 + 9 * 16 * 32 + 25 * 32 * 32
    products = 64 * 64 * (full + half / 4 + quarter / 16)
    model = Hourglass()
    assert flops(model, model.build(), 64, 64) == 2 * products


def test_a_loop_is_not_counted() -> None:
    model = PixelCNN(width=4, decoder=4)
    assert flops(model, model.build(), 32, 32) is None
