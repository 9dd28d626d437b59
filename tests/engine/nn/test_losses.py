"""Each loss compared with its definition and its purpose."""

from __future__ import annotations

from typing import Any, get_args

import keras
import numpy as np
import numpy.typing as npt
import pytest
from keras import ops

from artengine.loss_weights import KerasLoss, LossWeights
from artengine.nn.determinism import make_deterministic
from artengine.nn.losses import LOSSES, of_keras, weighted
from artengine.nn.losses.adversarial import adversarial, build_discriminator
from artengine.nn.losses.amounts import blurred
from artengine.nn.metrics import ssim

Array = npt.NDArray[np.float32]


def clip(seed: int = 0, shape: tuple[int, ...] = (2, 3, 24, 32, 3)) -> Array:
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


LAST = clip(9, (2, 24, 32, 3))


def value(name: str, truth: Array, prediction: Array, last: Array = LAST) -> float:
    return float(LOSSES[name](truth, prediction, last))


@pytest.mark.parametrize("name", LOSSES)
def test_a_perfect_prediction_has_no_loss(name: str) -> None:
    assert value(name, clip(), clip()) == pytest.approx(0.0, abs=1e-6)
    assert value(name, clip(), clip(1)) > 0.01


@pytest.mark.parametrize("name", LOSSES)
def test_losses_are_finite_for_tiny_frames(name: str) -> None:
    shape = (1, 1, 1, 1, 3)
    assert np.isfinite(value(name, clip(0, shape), clip(1, shape), clip(9, shape)[:, 0]))


def test_pixel_losses_match_numpy() -> None:
    a, b = clip(0), clip(1)
    assert value("l1", a, b) == pytest.approx(np.abs(a - b).mean(), rel=1e-5)
    assert value("l2", a, b) == pytest.approx(np.square(a - b).mean(), rel=1e-5)
    off = [
        np.abs(np.abs(np.diff(a, axis=axis)) - np.abs(np.diff(b, axis=axis))).mean()
        for axis in (2, 3)
    ]
    assert value("gradient", a, b) == pytest.approx(sum(off), rel=1e-5)


def test_the_ssim_loss_is_1_minus_the_mean_ssim() -> None:
    a, b = clip(0), clip(1)
    frames = [float(ssim(a[n, t][None], b[n, t][None])[0]) for n in range(2) for t in range(3)]
    assert value("ssim", a, b) == pytest.approx(1 - np.mean(frames), abs=1e-5)


def test_detail_and_change_ignore_positions_within_a_square() -> None:
    """A dot of one pixel in each square of 8, at different positions in truth and prediction; and a
    grey with the right mean."""
    truth, moved = np.zeros((2, 1, 1, 24, 32, 3), np.float32)
    truth[:, :, 2::8, 3::8] = moved[:, :, 5::8, 2::8] = 1.0
    grey = np.full_like(truth, 1 / 64)
    still = np.zeros((1, 24, 32, 3), np.float32)
    assert value("l1", truth, grey, still) < value("l1", truth, moved, still) + 1e-6
    assert value("change", truth, moved, still) == pytest.approx(0.0, abs=1e-6)
    # Octaves halve the frame, and a pixel's contribution depends on its position in the squares.
    assert value("detail", truth, moved, still) < 0.05 * value("detail", truth, grey, still)
    assert value("detail", truth, grey, still) > 0.05
    # The grey changes by as much on average; the black frame does not change at all.
    assert value("change", truth, np.zeros_like(truth), still) == pytest.approx(1 / 64, rel=1e-4)


def test_detail_is_compared_in_each_octave() -> None:
    """A pattern of single pixels does not replace one of larger shapes, nor vice versa."""
    rng, still = np.random.default_rng(0), np.zeros((1, 32, 32, 3), np.float32)
    coarse = np.kron(rng.random((1, 1, 8, 8, 3), np.float32), np.ones((4, 4, 1), np.float32))
    fine = rng.random((1, 1, 32, 32, 3), np.float32)
    for truth, other in ((coarse, fine), (fine, coarse)):
        elsewhere = np.roll(truth, 8, axis=3)
        near = value("detail", truth, elsewhere, still)
        assert near > 0.0
        # No strength of the other pattern reaches a low loss.
        result = (
            0.5 + strength * (other - 0.5) for strength in np.linspace(0, 1, 21, dtype=np.float32)
        )
        assert min(value("detail", truth, one, still) for one in result) > 1.5 * near


@pytest.mark.parametrize("name", ["detail", "change"])
def test_detail_and_change_cover_the_cropped_squares_at_the_edges(name: str) -> None:
    """A uniform frame has no detail in cropped squares either, and pixels in them count."""
    shape = (1, 1, 13, 19, 3)
    grey, still = np.full(shape, 0.5, np.float32), np.zeros((1, 13, 19, 3), np.float32)
    darker = np.full_like(grey, 0.25)
    expected = {"detail": 0.0, "change": 0.25}[name]
    assert value(name, grey, darker, still) == pytest.approx(expected, abs=1e-6)
    for edge in (np.s_[:, :, -1:], np.s_[:, :, :, -1:]):
        marked = grey.copy()
        marked[edge] = 1.0
        assert value(name, marked, grey, still) > 1e-3


@pytest.mark.parametrize("side", [(1, 1), (1, 7), (5, 2), (12, 20)])
def test_the_blur_is_its_own_adjoint(side: tuple[int, int]) -> None:
    # `detail` relies on it: the weight from one pixel to another equals that of the way back.
    a, b = clip(3, (2, *side, 3)), clip(4, (2, *side, 3))
    one, other = (np.asarray(blurred(frames)) for frames in (a, b))
    assert float((one * b).sum()) == pytest.approx(float((a * other).sum()), rel=1e-5)


def test_the_blur_is_binomial_and_repeats_the_border() -> None:
    picture = clip(3, (2, 5, 4, 3))
    around = np.pad(picture, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    rows = (around[:, :-2] + 2 * around[:, 1:-1] + around[:, 2:]) / 4
    expected = (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]) / 4
    np.testing.assert_allclose(np.asarray(blurred(picture)), expected, rtol=1e-5)


def test_change_begins_with_the_newest_context_frame() -> None:
    truth, last = clip(0, (1, 2, 8, 8, 3)), clip(1, (1, 8, 8, 3))
    frozen = np.repeat(last[:, None], 2, axis=1)
    first = np.abs(truth[:, 0] - last).mean(axis=(1, 2))
    second = np.abs(truth[:, 1] - truth[:, 0]).mean(axis=(1, 2))
    expected = np.mean([first, second])
    assert value("change", truth, frozen, last) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("side", [64, 67])
def test_raster_measures_grids_of_4_pixels_and_little_else(side: int) -> None:
    truth = clip(0, (1, 1, side, side, 3))
    still = np.zeros((1, side, side, 3), np.float32)
    row, column = np.indices((side, side))
    level = np.float32(0.05)
    grids = {
        "checkers": (row + column) % 2,
        "every fourth line": 2.0 * (row % 4 == 0) - 0.5,
        "stripes of two": column % 4 // 2,
    }
    others = {
        "brighter": np.full((side, side), 2.0),
        "stripes of three": row % 3 % 2,
        "a ramp": row / side,
        "noise": np.random.default_rng(1).integers(0, 2, (side, side)),
    }

    def raster(pattern: npt.NDArray[Any]) -> float:
        added = level * (2.0 * pattern - 1.0)[..., None]
        return value("raster", truth, np.asarray(truth + added, np.float32), still)

    for name, pattern in grids.items():
        assert raster(np.asarray(pattern)) > 0.7 * level, name
    for name, pattern in others.items():
        assert raster(np.asarray(pattern)) < 0.25 * level, name


def test_a_weighted_loss_is_the_weighted_sum() -> None:
    a, b = clip(0), clip(1)
    both = weighted({"l1": 2.0, "ssim": 0.5, "gradient": 0.0})
    expected = 2.0 * value("l1", a, b) + 0.5 * value("ssim", a, b)
    assert float(both(a, b, LAST)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", get_args(KerasLoss))
def test_losses_of_keras_have_finite_gradients_outside_0_to_1(name: str) -> None:
    import tensorflow as tf

    prediction = tf.constant(4.0 * clip(1) - 2.0)
    with tf.GradientTape() as tape:
        tape.watch(prediction)
        loss = of_keras(name)(clip(), prediction, LAST)
    assert np.isfinite(float(loss))
    own = ops.mean(keras.losses.get(name)(clip(), prediction))
    assert float(loss) == pytest.approx(float(own), rel=1e-5)
    assert np.isfinite(tape.gradient(loss, prediction)).all()


def test_every_loss_has_a_weight() -> None:
    assert {*LOSSES, "adversarial"} == set(LossWeights.model_fields)


def gradients(discriminator: keras.Model, part: int) -> tuple[Any, list[Any]]:
    """Return the gradients of the network's (0) or the discriminator's loss (1) with respect to the
    prediction, and to the discriminator's variables."""
    import tensorflow as tf

    truth, prediction = clip(0), tf.constant(clip(1))
    variables = [variable.value for variable in discriminator.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch(prediction)
        loss = adversarial(discriminator, truth, prediction, LAST)[part]
    result = tape.gradient(loss, [prediction, *variables])
    return result[0], result[1:]


def test_each_network_gets_gradients_from_its_own_loss_only() -> None:
    make_deterministic(0)
    discriminator = build_discriminator()
    prediction, variables = gradients(discriminator, 0)
    assert np.abs(prediction).max() > 0
    assert variables == [None] * len(variables)
    prediction, variables = gradients(discriminator, 1)
    assert prediction is None
    assert all(np.abs(gradient).max() > 0 for gradient in variables)


def test_a_discriminator_learns_to_detect_missing_motion() -> None:
    """Every frame of a still is a frame of the clip: only the frames before it reveal it."""
    import tensorflow as tf

    make_deterministic(0)
    rng = np.random.default_rng(0)
    discriminator = build_discriminator()
    optimiser = keras.optimizers.Adam(1e-3)
    optimiser.build(discriminator.trainable_variables)
    variables = [variable.value for variable in discriminator.trainable_variables]

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def learn(wide: Any) -> Any:
        moving = ops.stack([wide[:, :, 4 * n : 4 * n + 24] for n in range(3)], axis=1)
        still = ops.repeat(moving[:, :1], 2, axis=1)
        with tf.GradientTape() as tape:
            _, loss = adversarial(discriminator, moving[:, 1:], still, moving[:, 0])
        optimiser.apply(tape.gradient(loss, variables), discriminator.trainable_variables)
        return loss

    noise = rng.random((30, 4, 6, 8, 3), dtype=np.float32)
    losses = [float(learn(ops.image.resize(each, (24, 40)))) for each in noise]
    # A discriminator that cannot distinguish them has a loss of 0.25.
    assert losses[-1] < 0.2
