"""Operation counts, compared with counts by hand."""

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
    """A model whose network is the function `body`."""

    name: ClassVar[str] = "counted"
    size_divisor: ClassVar[int] = 4
    context: int = Param(1, ge=1)
    body: Any = None

    def build(self) -> keras.Model:
        context_frames = keras.Input((None, None, 3))
        return keras.Model(context_frames, self.body(context_frames))


PIXELS = 8 * 12
"""Pixels of a frame of 7x10 after padding."""

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


@pytest.mark.parametrize(("body", "products"), BY_HAND.values(), ids=BY_HAND)
def test_counts_match_those_by_hand(body: Any, products: int) -> None:
    def shown(x: Any) -> Any:
        # The step must return a frame.
        return x + 0.0 * ops.mean(body(x))

    model = Counted(body=shown)
    assert flops(model, model.build(), 7, 10) == 2 * products


def test_the_count_of_hourglass_matches_that_by_hand() -> None:
    full = 49 * 15 * 64 + 25 * 64 * 32 + 9 * 32 * 16
    full += 9 * (32 + 16) * 32 + 2 * 25 * 32 * 32 + 49 * 32 * 3
    half = 49 * 16 * 32 + 25 * 32 * 32 + 9 * 32 * 16
    half += 9 * (32 + 16) * 32 + 25 * 32 * 32 + 49 * 32 * 32
    quarter = 25 * 16 * 32 + 9 * 32 * 32 + 32 * 16 + 9 * 16 * 32 + 25 * 32 * 32
    products = 64 * 64 * (full + half / 4 + quarter / 16)
    model = Hourglass(deraster=False)
    assert flops(model, model.build(), 64, 64) == 2 * products


class Looping(Counted):
    """Runs its network in a loop or branch, by the function `again`."""

    again: Any = None

    def step(self, network: Any, context_frames: Any, state: Any, seed: Any, **_: Any) -> Any:
        return self.again(network, context_frames, seed), state


def while_counting(network: Any, x: Any, seed: Any) -> Any:
    def once(number: Any, x: Any) -> Any:
        return number + 1, network(x)

    return ops.while_loop(lambda number, _: number < 7, once, (2, x))[1]


def nested_loop(network: Any, x: Any, seed: Any) -> Any:
    return ops.fori_loop(0, 3, lambda _, x: while_counting(network, x, seed), x)


def equal_branches(network: Any, x: Any, seed: Any) -> Any:
    return ops.cond(seed[0] > 0, lambda: network(x), lambda: network(2.0 * x))


def unequal_branches(network: Any, x: Any, seed: Any) -> Any:
    return ops.cond(seed[0] > 0, lambda: network(x), lambda: x)


def while_bright(network: Any, x: Any, seed: Any) -> Any:
    return ops.while_loop(lambda x: ops.max(x) > 0.1, lambda x: (network(x),), (x,))[0]


def seed_times(network: Any, x: Any, seed: Any) -> Any:
    return ops.fori_loop(0, seed[0], lambda _, x: network(x), x)


def while_counting_by_two(network: Any, x: Any, seed: Any) -> Any:
    return ops.while_loop(lambda n, _: n < 8, lambda n, x: (n + 2, network(x)), (0, x))[1]


@pytest.mark.parametrize(
    ("again", "times"),
    [
        (while_counting, 5),
        (nested_loop, 15),
        (equal_branches, 1),
        (unequal_branches, None),
        (while_bright, None),
        (seed_times, None),
        (while_counting_by_two, None),
    ],
)
def test_a_loop_counts_if_its_length_is_static(again: Any, times: int | None) -> None:
    model = Looping(body=layers.Conv2D(3, 3, padding="same"), again=again)
    once = 2 * PIXELS * 9 * 3 * 3
    assert flops(model, model.build(), 7, 10) == (None if times is None else times * once)


@pytest.mark.parametrize("grouping", ["groups", "raster"])
def test_pixels_that_are_sampled_one_by_one_are_counted(grouping: Any) -> None:
    model = PixelCNN(width=4, decoder=4, grouping=grouping)
    network = model.build()
    small, large = (flops(model, network, side, side) for side in (32, 64))
    assert small is not None
    assert large is not None
    assert large >= 4 * small > 1e6


def test_an_operation_of_dynamic_size_is_not_counted() -> None:
    class Chosen(Counted):
        name: ClassVar[str] = "chosen"

        def step(self, network: Any, context_frames: Any, state: Any, seed: Any, **_: Any) -> Any:
            places = ops.stack(ops.nonzero(context_frames[0, :, :, 0] > 0.5), axis=1)
            bright = ops.cast(places, "float32") @ ops.ones((2, 2))
            return network(context_frames) + ops.sum(bright), state

    model = Chosen()
    model.body = layers.Conv2D(3, 1)
    assert flops(model, model.build(), 7, 10) is None
