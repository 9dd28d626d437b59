"""Reaches of small networks that can be told by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import keras
import pytest
from keras import layers, ops

from artengine.model import Model
from artengine.nn.receptive_field import bytes_per_pixel, receptive_field_of
from artengine.params import Param


class Stack(Model):
    """A network of the layers it is given."""

    name: ClassVar[str] = "stack"
    size_divisor: ClassVar[int] = 4
    context: int = Param(1, ge=1)
    layers: list[Any] = Param([])

    def build(self) -> keras.Model:
        context_frames = x = keras.Input((None, None, 3))
        for layer in self.layers:
            x = layer(x)
        return keras.Model(context_frames, x)


def conv(kernel: int, **options: Any) -> Any:
    return layers.Conv2D(3, kernel, padding="same", **options)


@pytest.mark.parametrize(
    ("stack", "reach"),
    [
        ([layers.ReLU()], 0),
        ([conv(5)], 2),
        ([conv(5, activation="relu"), conv(3), conv(1)], 3),
        ([conv(3, kernel_initializer="zeros"), conv(3, dilation_rate=4)], 5),
        # An even filter looks one pixel farther to the right than to the left.
        ([conv(4)], 2),
        # Blocks are looked at whole, and one to each side; two pixels touch a block of four.
        ([layers.MaxPooling2D(), conv(3, activation="relu"), layers.UpSampling2D()], 2),
        ([conv(5), layers.AveragePooling2D(4), layers.UpSampling2D(4)], 4),
        # A gradient would have faded to nothing on its way through so many.
        ([conv(15, activation="sigmoid") for _ in range(14)], 14 * 7),
        ([layers.Lambda(lambda x: ops.roll(x, 7, axis=2))], 7),
        ([layers.GlobalAveragePooling2D(keepdims=True), layers.UpSampling2D(4)], None),
        ([layers.GroupNormalization(1), conv(3)], None),
        # Tiles would be of another size than their part of the frame.
        ([layers.ZeroPadding2D(1), layers.Conv2D(3, 3)], None),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else None,
)
def test_reach_is_found(stack: list[Any], reach: int | None) -> None:
    assert receptive_field_of(Stack.model_construct(context=1, layers=stack)) == reach


class Moved(Stack):
    """Moves the frame by what its network says, but never by more than six pixels."""

    def build(self) -> keras.Model:
        context_frames = keras.Input((None, None, 3))
        x = layers.Conv2D(1, 3, padding="same")(context_frames)
        return keras.Model(context_frames, layers.Lambda(lambda x: 6 * ops.tanh(x))(x))

    def step(self, network: Any, context_frames: Any, state: Any, seed: Any, **_: Any) -> Any:
        far = ops.cast(ops.round(network(context_frames)[..., 0]), "int32")
        height, width = context_frames.shape[1:3]
        column = ops.clip(ops.arange(width) - far, 0, width - 1)
        column = ops.broadcast_to(column[..., None], (1, height, width, 3))
        return ops.take_along_axis(context_frames, column, axis=2), state


def test_what_a_step_does_with_its_network_counts() -> None:
    assert receptive_field_of(Moved()) == 6


class Carried(Stack):
    """Moves the frame across and down by what its network says, never by more than 24 pixels either
    way, and is black where that is outside of the frame."""

    push: float = Param(0.0, ge=-8, le=8, automatable=True)

    def build(self) -> keras.Model:
        context_frames = keras.Input((None, None, 3))
        return keras.Model(context_frames, layers.Conv2D(2, 1)(context_frames))

    def step(self, network: Any, context_frames: Any, state: Any, seed: Any, **_: Any) -> Any:
        far = ops.cast(ops.clip(self.push * network(context_frames), -24.0, 24.0), "int32")
        _, height, width, channels = context_frames.shape
        row = ops.arange(height)[:, None] - far[..., 1]
        column = ops.arange(width) - far[..., 0]
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        index = ops.clip(row, 0, height - 1) * width + ops.clip(column, 0, width - 1)
        moved = ops.take(ops.reshape(context_frames, (-1, channels)), index, axis=0)
        return ops.where(inside[..., None], moved, 0.0), state


@pytest.mark.parametrize("push", [0.0, 1.0])
def test_automatable_numbers_count_as_far_as_they_go(push: float) -> None:
    """And a frame that is moved in a narrow strip is moved along it."""
    assert receptive_field_of(Carried(push=push)) == 24


class Sampled(Stack):
    """Draws, if it is told to."""

    noise: float = Param(0.0, ge=0, le=1, automatable=True)

    def step(self, network: Any, context_frames: Any, state: Any, seed: Any, **_: Any) -> Any:
        return network(context_frames) + self.noise * ops.sin(ops.cast(seed[0], "float32")), state


def test_a_model_that_may_sample_looks_everywhere() -> None:
    assert (
        receptive_field_of(Sampled.model_construct(context=1, layers=[conv(3)], noise=0.0)) is None
    )


class Turned(Stack):
    """Rolls the frame by a number that nothing bounds."""

    far: int = Param(3, automatable=True)

    def step(self, network: Any, context_frames: Any, state: Any, seed: Any, **_: Any) -> Any:
        return ops.roll(network(context_frames), self.far, axis=1), state


def test_a_number_that_nothing_bounds_counts_as_it_is() -> None:
    assert receptive_field_of(Turned.model_construct(context=1, layers=[conv(3)], far=3)) == 4


def remembers(self: Any, network: Any, context_frames: Any) -> Any:
    return (ops.zeros((1,)),)


def samples(self: Any, network: Any, context_frames: Any, state: Any, seed: Any, **_: Any) -> Any:
    return network(context_frames) + ops.sin(ops.cast(seed[0], "float32")), state


def asks_twice(
    self: Any, network: Any, context_frames: Any, state: Any, seed: Any, **_: Any
) -> Any:
    return network(network(context_frames)), state


@pytest.mark.parametrize(
    ("method", "function"),
    [("initial_state", remembers), ("step", samples), ("step", asks_twice)],
    ids=["remembers", "samples", "asks twice"],
)
def test_some_models_look_everywhere(
    method: str, function: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stack, method, function)
    assert receptive_field_of(Stack.model_construct(context=1, layers=[conv(3)])) is None


def test_memory_is_what_must_be_held_at_once() -> None:
    def stack(*given: Any) -> Stack:
        return Stack.model_construct(context=1, layers=list(given))

    assert bytes_per_pixel(stack(layers.Conv2D(5, 3, padding="same"))) == 4 * (3 + 5)
    wide = layers.Conv2D(16, 4, strides=4), layers.UpSampling2D(4)
    assert bytes_per_pixel(stack(*wide)) == 4 * (1 + 16)
