"""Bends: the effect of each on features, and their use in the step of any model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from keras import layers, ops

from artengine.bend import BENDS, Bend
from artengine.catalog import load_catalog
from artengine.errors import PresetError
from artengine.frame import Frame
from artengine.model import Model
from artengine.nn.bend_mask import over
from artengine.nn.bend_operations import OPERATIONS, BendCall
from artengine.nn.bending import Bending
from artengine.nn.layers import layer_outputs, named_layers
from artengine.nn.predictor import KerasRuntime, Predictor
from artengine.nn.runtimes import runtime_for
from artengine.stepping.engines import installed_runtimes

Features = npt.NDArray[np.float32]

RNG = np.random.default_rng(0)
FEATURES: Features = RNG.normal(size=(1, 6, 8, 4)).astype(np.float32)
NEUTRAL = {name: 1.0 if name in ("scale", "zoom") else 0.0 for name in BENDS}


def bent(name: str, amount: float, x: Features = FEATURES, angle: float = 0.0) -> Features:
    call = BendCall(
        np.float32(amount), np.array([3, 4], np.int32), np.arange(x.shape[-1])[::-1], angle
    )
    return np.asarray(OPERATIONS[name](ops.convert_to_tensor(x), call))


@pytest.mark.parametrize(("name", "amount"), NEUTRAL.items())
def test_neutral_amounts_change_nothing(name: str, amount: float) -> None:
    np.testing.assert_array_equal(bent(name, amount), FEATURES)


ENDS = FEATURES.min((1, 2), keepdims=True) + FEATURES.max((1, 2), keepdims=True)
STRONG = np.abs(FEATURES) >= 0.5 * np.abs(FEATURES).max((1, 2), keepdims=True)


@pytest.mark.parametrize(
    ("name", "amount", "angle", "expected"),
    [
        ("scale", -2.0, 0.0, -2.0 * FEATURES),
        ("shift", 0.25, 0.0, np.roll(FEATURES, 2, axis=2)),
        ("shift", -0.125, 0.0, np.roll(FEATURES, -1, axis=2)),
        ("shift", 0.5, 90.0, np.roll(FEATURES, 3, axis=1)),
        ("rotate", 180.0, 0.0, FEATURES[:, ::-1, ::-1]),
        ("threshold", 0.5, 0.0, np.where(STRONG, FEATURES, 0.0)),
        ("invert", 1.0, 0.0, ENDS - FEATURES),
        ("swap", 1.0, 0.0, FEATURES[..., ::-1]),
        ("swap", 0.5, 0.0, 0.5 * (FEATURES + FEATURES[..., ::-1])),
        ("blur", 1000.0, 0.0, np.broadcast_to(FEATURES.mean((1, 2), keepdims=True), (1, 6, 8, 4))),
    ],
)
def test_values_of_each_operation(
    name: str, amount: float, angle: float, expected: Features
) -> None:
    np.testing.assert_allclose(bent(name, amount, angle=angle), expected, atol=1e-4)


def test_rotate_turns_clockwise() -> None:
    square = np.zeros((1, 5, 5, 1), np.float32)
    square[0, 0, 2] = 1.0  # above the middle
    np.testing.assert_allclose(bent("rotate", 90.0, square)[0, 2, 4], 1.0, atol=1e-5)


def test_zoom_enlarges_about_the_centre() -> None:
    ramp = np.arange(9, dtype=np.float32).reshape(1, 1, 9, 1)
    np.testing.assert_allclose(bent("zoom", 2.0, ramp)[0, 0, :, 0], 4 + (np.arange(9) - 4) / 2)
    shrunk = bent("zoom", 0.5, ramp)[0, 0, :, 0]
    np.testing.assert_allclose(shrunk, [0, 0, 0, 2, 4, 6, 8, 8, 8])


def test_noise_is_scaled_by_the_channel() -> None:
    strong = RNG.normal(size=(1, 64, 64, 2)).astype(np.float32) * np.array([1.0, 10.0])
    added = bent("noise", 0.5, strong.astype(np.float32)) - strong
    np.testing.assert_allclose(added.std((0, 1, 2)), [0.5, 5.0], rtol=0.05)


class Seen(Model):
    """A network that returns its input through a layer that can be bent."""

    name = "seen"
    context: int = 1
    traced: ClassVar[list[int]] = []

    def build(self) -> Any:
        frame = keras.Input((None, None, 3))
        x = layers.Activation("linear", name="seen")(frame)
        light = layers.Dense(2, name="light")(layers.GlobalAveragePooling2D()(x))
        light = layers.Reshape((1, 1, 2))(light)
        return keras.Model(frame, layers.Add()([x, 0.0 * light[..., :1]]))

    def step(self, network: Any, context_frames: Any, state: Any, seed: Any, **how: Any) -> Any:
        self.traced.append(1)
        return super().step(network, context_frames, state, seed, **how)


FRAME: Frame = RNG.random((8, 12, 3), np.float32)


def bend(operation: str, amount: float, layer: str = "seen", **given: Any) -> Bend:
    return BENDS[operation](layer=layer, amount=amount, **given)


@pytest.fixture(scope="module")
def seen() -> tuple[Seen, Any]:
    model = Seen()
    return model, model.build()


def predictor(
    seen: tuple[Seen, Any], *bends: Bend, seed: int = 0, shares: Mapping[str, Any] | None = None
) -> Predictor:
    bending = Bending(*seen, bends, seed, shares or {})
    return Predictor(*seen, runtime=KerasRuntime(*seen, bends=bending), bends=bending)


def test_bends_apply_in_order_to_the_named_channels(seen: tuple[Seen, Any]) -> None:
    predict = predictor(seen, bend("scale", 3.0, channels="0, 2"), bend("shift", 0.5, angle=90.0))
    expected = np.roll(FRAME, 4, axis=0) * np.array([3.0, 1.0, 3.0], np.float32)
    np.testing.assert_allclose(predict([FRAME]), expected, rtol=1e-6)


def test_a_mask_limits_a_bend_to_a_region(seen: tuple[Seen, Any]) -> None:
    shares = {"bend.scale.mask": np.zeros(FRAME.shape[:2], np.float32)}
    predict = predictor(seen, bend("scale", 3.0), shares=shares)
    np.testing.assert_array_equal(predict([FRAME]), FRAME)
    traced = len(seen[0].traced)
    share = RNG.random(FRAME.shape[:2]).astype(np.float32)
    share[:4] = 1.0
    shares["bend.scale.mask"] = share
    np.testing.assert_array_equal(predict([FRAME])[:4], 3.0 * FRAME[:4])
    np.testing.assert_allclose(predict([FRAME]), FRAME * (1 + 2 * share[..., None]), rtol=1e-5)
    assert len(seen[0].traced) == traced


def test_a_mask_is_averaged_to_a_smaller_feature_map() -> None:
    share = RNG.random((6, 10)).astype(np.float32)
    padded = np.pad(share, ((0, 2), (0, 2)), "edge")
    means = padded.reshape(2, 4, 3, 4).mean((1, 3))
    np.testing.assert_allclose(over(share, (1, 2, 3, 7), 4)[..., 0], means, rtol=1e-5)
    # A feature map larger than the frame repeats the pixels of the mask.
    larger = np.repeat(np.repeat(share, 2, 0), 2, 1)[..., None]
    np.testing.assert_allclose(over(share, (1, 12, 20, 7), 1), larger, rtol=1e-6)


def test_a_changing_amount_is_not_traced_again(seen: tuple[Seen, Any]) -> None:
    moving = bend("scale", 1.0)
    predict = predictor(seen, moving)
    np.testing.assert_array_equal(predict([FRAME]), FRAME)
    traced = len(seen[0].traced)
    for amount in (0.5, 2.0, 0.0):
        moving.amount = amount
        np.testing.assert_allclose(predict([FRAME]), amount * FRAME, rtol=1e-6)
    assert len(seen[0].traced) == traced
    assert "call" not in vars(seen[1].get_layer("seen"))


def test_random_bends_depend_on_the_seeds(seen: tuple[Seen, Any]) -> None:
    def of(film: int, frame: int) -> Frame:
        noise = bend("noise", 0.5, channels="random 30%")
        return predictor(seen, noise, noise, seed=film)([FRAME], (film, frame))

    first, again, next_ = of(1, 5), of(1, 5), of(1, 6)
    np.testing.assert_array_equal(first, again)
    changed = (first != FRAME).any((0, 1))
    assert 1 <= changed.sum() <= 2
    # The random channels stay the same from frame to frame, and the noise changes.
    np.testing.assert_array_equal((next_ != FRAME).any((0, 1)), changed)
    assert (first != next_).any()
    chosen = {tuple((of(film, 5) != FRAME).any((0, 1))) for film in range(6)}
    assert len(chosen) > 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (bend("scale", 1.0, "sen"), r'no layer "sen" \(did you mean "seen"\?\).*models show seen'),
        (bend("scale", 1.0, channels="1-3"), "channels: 3 given; allowed: 0 to 2"),
        (bend("rotate", 1.0, "light"), "operation: rotate moves features.*take scale"),
    ],
)
def test_layers_and_channels_that_do_not_exist_are_refused(
    seen: tuple[Seen, Any], wrong: Bend, message: str
) -> None:
    with pytest.raises(PresetError, match=rf"^bend\.{wrong.name}(-2)?\.(layer: .*)?{message}"):
        Bending(*seen, [bend("scale", 1.0), wrong], 0)


def test_a_mask_on_a_layer_without_spatial_axes_is_refused(seen: tuple[Seen, Any]) -> None:
    with pytest.raises(PresetError, match=r'^bend\.scale\.mask: the layer "light" gives out.*mask'):
        Bending(*seen, [bend("scale", 1.0, "light")], 0, {"bend.scale.mask": np.float32(1)})


def test_a_layer_without_spatial_axes_can_be_bent(seen: tuple[Seen, Any]) -> None:
    x = np.array([[1.0, 3.0, -4.0]], np.float32)
    np.testing.assert_allclose(bent("invert", 1.0, x), [[-2.0, -4.0, 3.0]])
    assert predictor(seen, bend("noise", 1.0, "light"))([FRAME]).shape == FRAME.shape


def test_bent_layers_are_not_folded() -> None:
    class Normal(Seen):
        name = "normal"

        def build(self) -> Any:
            frame = keras.Input((None, None, 3))
            x = layers.Conv2D(3, 1, use_bias=False, name="mixed")(frame)
            return keras.Model(frame, layers.BatchNormalization()(x))

    model = Normal()
    network = model.build()
    bending = Bending(model, network, [bend("scale", 0.0, "mixed")], 0)
    runtime = runtime_for("keras", model, network, "float32", bends=bending)
    result = Predictor(model, network, runtime=runtime, bends=bending)([FRAME])
    np.testing.assert_array_equal(result, np.zeros_like(FRAME))


SMALL: dict[str, dict[str, Any]] = {
    "automaton": {"hidden": 2, "width": 4},
    "convlstm": {"width": 4},
    "pixelcnn": {"width": 4, "decoder": 4, "mixtures": 1},
    "recall": {"width": 4, "pictures": 16, "grid": 4, "deraster": False},
}
"""A fast model of each kind of step: random, recurrent, sampling, memorising."""


@pytest.mark.parametrize("name", SMALL)
def test_the_step_of_any_model_can_be_bent(name: str, request: pytest.FixtureRequest) -> None:
    """No code in the model is needed: a layer of its network is bent in the model's own step."""
    keras.utils.set_random_seed(0)
    model = load_catalog().models[name](context=1, **SMALL[name])
    network = model.build()
    learnt = {name for name, layer in named_layers(network).items() if layer.weights}
    outputs = [each for each in layer_outputs(model, network, (16, 16)) if each.name in learnt]
    bends = [bend("scale", 1.0, outputs[0].name), bend("zoom", 1.0, outputs[-1].name)]
    bending = Bending(model, network, bends, 0)
    runtime = KerasRuntime(model, network, bends=bending)
    predict = Predictor(model, network, runtime=runtime, bends=bending)
    # Tracing a network takes many times as long as one run.
    tf.config.run_functions_eagerly(run_eagerly=True)
    request.addfinalizer(lambda: tf.config.run_functions_eagerly(run_eagerly=False))
    frames = [RNG.random((16, 16, 3), np.float32)]
    plain = predict(frames, (1, 2))
    bends[0].amount = -3.0
    predict.reset()
    assert np.abs(predict(frames, (1, 2)) - plain).max() > 1e-4


def test_layer_names_do_not_depend_on_networks_built_before(seen: tuple[Seen, Any]) -> None:
    first, second = (list(named_layers(Seen().build())) for _ in range(2))
    assert first == second == list(named_layers(seen[1]))
    assert "global_average_pooling2d" in first


def test_engines_bend_like_keras(seen: tuple[Seen, Any]) -> None:
    bends = [bend(name, 0.5 if name != "rotate" else 20.0) for name in BENDS]
    results = []
    for name in installed_runtimes():
        bending = Bending(*seen, bends, 0, {"bend.noise.mask": FRAME[..., 0]})
        runtime = runtime_for(name, *seen, "float32", bends=bending)
        results.append(Predictor(*seen, runtime=runtime, bends=bending)([FRAME], (1, 2)))
    for other in results[1:]:
        np.testing.assert_allclose(results[0], other, atol=1e-4)
    assert np.abs(results[0] - FRAME).max() > 0.1
