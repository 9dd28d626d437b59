"""The PixelCNN model: causality, likelihoods, sampling, seeds, parameters and training."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest
from keras import ops

from artengine.model import Model
from artengine.nn.determinism import make_deterministic
from artengine.nn.disturbance import Disturbance
from artengine.nn.measure import OwnMeasures
from artengine.nn.predictor import Predictor
from artengine.nn.rollout_trainer import RolloutTrainer
from artengine.nn.step import compiled
from artengine_plugins.models.pixelcnn import PixelCNN
from artengine_plugins.models.pixels import groups, logistics, raster

Array = npt.NDArray[np.float32]

ORDERS = range(8)
HEIGHT, WIDTH, FEATURES = 8, 8, 3


def small(**changes: Any) -> PixelCNN:
    return PixelCNN.model_validate(
        {"context": 2, "width": 4, "decoder": 8, "mixtures": 3, **changes}
    )


def random_frames(count: int, height: int = 16, width: int = 32) -> list[Array]:
    rng = np.random.default_rng(1)
    return [rng.random((height, width, 3), dtype=np.float32) for _ in range(count)]


def random_inputs(batch: int = 1) -> tuple[Array, Array, Array]:
    """Return a quantised frame, a guess and features, all random."""
    rng = np.random.default_rng(2)
    shape = (batch, HEIGHT, WIDTH)
    frame = np.round(rng.random((*shape, 3)) * 255).astype(np.float32) / np.float32(255)
    guess = rng.random((*shape, 3), dtype=np.float32)
    return frame, guess, rng.normal(size=(*shape, FEATURES)).astype(np.float32)


def decoder(kind: Any) -> keras.Model:
    make_deterministic(0)
    network = kind.decoder(FEATURES, 8, 1, logistics.numbers(2))
    # Biases are initialised to 0, which would hide what a convolution does at the borders.
    rng = np.random.default_rng(0)
    for variable in network.trainable_variables:
        variable.assign(variable + 0.1 * rng.normal(size=variable.shape))
    return network


def drawing_steps(kind: Any, order: int) -> npt.NDArray[np.int64]:
    """The step at which each pixel is drawn, `(H, W)`; pixels of one step are drawn at once."""
    if kind is groups:
        ranks: npt.NDArray[np.int64] = np.tile(groups._RANKS[order], (HEIGHT // 4, WIDTH // 4))
        return ranks
    across = order >= 4
    counted = np.arange(HEIGHT * WIDTH).reshape((WIDTH, HEIGHT) if across else (HEIGHT, WIDTH))
    counted = counted[:, ::-1] if order & 1 else counted
    counted = counted[::-1] if order & 2 else counted
    return counted.T if across else counted


def parameters(
    kind: Any, network: keras.Model, frame: Any, guess: Array, features: Array, order: int
) -> Any:
    """The parameters of every pixel `(B, H, W, P)`, given the frame."""
    if kind is raster:
        return raster.parameters(network, frame, guess, features, order)
    by_group = groups.parameters(network, frame, guess, features, order, ops.arange(groups.GROUPS))
    parts = ops.split(by_group, groups.GROUPS, axis=0)
    return sum(groups._put(part, order, rank) for rank, part in enumerate(parts))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", [groups, raster], ids=["groups", "raster"])
def test_no_pixel_depends_on_itself_or_on_pixels_drawn_later(kind: Any, order: int) -> None:
    """Each item of the batch changes one pixel of the frame."""
    network = decoder(kind)
    count = HEIGHT * WIDTH
    frames, guess, features = (np.repeat(x, count + 1, axis=0) for x in random_inputs())
    for pixel in range(count):
        frames[pixel, pixel // WIDTH, pixel % WIDTH] += 0.25
    outputs = np.asarray(parameters(kind, network, frames, guess, features, order))
    difference = np.abs(outputs[:count] - outputs[count:]).max(axis=-1)
    steps = drawing_steps(kind, order)
    with_dependents = 0
    for pixel in range(count):
        # Above the rounding error, which depends on the item of the batch on some processors.
        changed = difference[pixel] > 1e-5
        assert not changed[steps <= steps[pixel // WIDTH, pixel % WIDTH]].any(), pixel
        with_dependents += changed.any()
    last = count // groups.GROUPS if kind is groups else 1
    assert with_dependents == count - last


@pytest.fixture(scope="module", params=[groups, raster], ids=["groups", "raster"])
def sample_and_redraw(request: pytest.FixtureRequest) -> Callable[[Any], tuple[Any, Any]]:
    """Return a compiled function that samples a frame in an order, and then redraws all of its
    pixels at once from their parameters given that frame."""
    kind = request.param
    network = decoder(kind)
    _, guess, features = random_inputs()
    chance = np.random.default_rng(3).uniform(0.01, 0.99, (1, HEIGHT, WIDTH, 5))
    chance = chance.astype(np.float32)

    def pick(mixture: Any, guess: Any, chance: Any) -> Any:
        return logistics.draw(mixture, guess, chance, 1.0)

    def sample(order: Any) -> tuple[Any, Any]:
        drawn = kind.sample(network, guess, features, order, pick, chance)
        return drawn, pick(parameters(kind, network, drawn, guess, features, order), guess, chance)

    return compiled(sample)


@pytest.mark.parametrize("order", ORDERS)
def test_a_sampled_frame_equals_a_draw_from_its_own_parameters(
    sample_and_redraw: Callable[[Any], tuple[Any, Any]], order: int
) -> None:
    """Sequential sampling equals drawing all pixels at once, given the sampled frame."""
    drawn, redrawn = sample_and_redraw(ops.convert_to_tensor(order, "int32"))
    np.testing.assert_allclose(drawn, redrawn, atol=1e-6)
    assert np.unique(drawn).size > 50


def test_orders_differ_and_begin_in_different_corners() -> None:
    for kind in (groups, raster):
        assert len({drawing_steps(kind, order).tobytes() for order in ORDERS}) == 8
    corners = [np.argwhere(drawing_steps(raster, order) == 0)[0].tolist() for order in range(4)]
    assert corners == [[0, 0], [0, WIDTH - 1], [HEIGHT - 1, 0], [HEIGHT - 1, WIDTH - 1]]


def nats(mixtures: Any, truth: Any, guess: Any) -> npt.NDArray[np.float64]:
    truth = np.asarray(truth, np.float32)
    shape = truth.shape[:-1]
    mixtures, guess = (np.broadcast_to(x, (*shape, np.shape(x)[-1])) for x in (mixtures, guess))
    negative = logistics.negative_log_likelihood(mixtures, truth, guess)
    return np.asarray(negative, np.float64)


@pytest.mark.parametrize("scale", [-5.0, -1.0, 2.0, 9.0])
@pytest.mark.parametrize("place", [0.0, 0.3, 1.0])
def test_the_likelihoods_of_all_levels_of_a_channel_sum_to_one(scale: float, place: float) -> None:
    """Without couplings, the likelihood of a pixel is the product of those of its channels."""
    mixture = np.array([0.0, 1.0, -1.0, 0.5, scale, scale, scale, 0, 0, 0], np.float32)
    guess = np.full(3, place, np.float32)
    start = np.round(0.9 * 255 * guess + np.array([7, 8, 9], np.float32)) / np.float32(255)
    levels = np.repeat(start[None, None], 3, axis=0).repeat(256, axis=1)
    for channel in range(3):
        levels[channel, :, channel] = np.arange(256, dtype=np.float32) / np.float32(255)
    channel_sums = np.log(np.exp(-nats(mixture, levels, guess)).sum(axis=1))
    assert channel_sums.sum() == pytest.approx(-2 * nats(mixture, start, guess), rel=1e-3, abs=1e-3)


def test_a_draw_at_temperature_zero_is_the_most_likely_pixel() -> None:
    """Couplings apply to draws as to likelihoods: no change of one channel is more likely."""
    rng = np.random.default_rng(5)
    mixtures = rng.normal(size=(20, 10)).astype(np.float32)
    mixtures[:, 4:7] = -1.0
    guess = rng.uniform(0.3, 0.7, (20, 3)).astype(np.float32)
    chance = rng.uniform(0.1, 0.9, (20, 4)).astype(np.float32)
    drawn = np.asarray(logistics.draw(mixtures, guess, chance, 0.0))
    lowest = nats(mixtures, drawn, guess)
    for channel in range(3):
        for change in (-3, 3):
            changed = drawn.copy()
            changed[:, channel] += change / 255
            assert (nats(mixtures, changed, guess) > lowest).all()
    assert np.abs(np.asarray(logistics.draw(mixtures, guess, chance, 1.0)) - drawn).max() > 0.01


def test_the_first_of_equally_weighted_logistics_is_drawn() -> None:
    mixture = np.zeros((1, logistics.numbers(4)), np.float32)
    mixture[0, :4] = [1.0, 2.0, 2.0, 2.0]
    mixture[0, 4::9] = [-4.0, -2.0, 2.0, 4.0]  # means of red, in tenths
    guess, chance = np.full((1, 3), 0.5, np.float32), np.full((1, 7), 0.5, np.float32)
    drawn = np.asarray(logistics.draw(mixture, guess, chance, 1.0))
    assert drawn[0, 0] == pytest.approx(0.3, abs=1 / 255)


def test_temperature_widens_the_distribution_of_draws() -> None:
    mixture = np.zeros((1, logistics.numbers(3)), np.float32)
    mixture[0, 3] = 5.0
    guess = np.full((500, 3), 0.5, np.float32)
    chance = np.random.default_rng(6).uniform(0.001, 0.999, (500, 6)).astype(np.float32)
    spreads = [
        float(np.std(logistics.draw(np.repeat(mixture, 500, 0), guess, chance, temperature)[:, 1]))
        for temperature in (0.0, 0.3, 1.0, 2.0)
    ]
    assert spreads[0] == 0
    assert spreads == sorted(spreads)
    assert spreads[3] > 1.5 * spreads[2] > 4 * spreads[1]


@pytest.fixture(scope="module", params=["groups", "raster"])
def model(request: pytest.FixtureRequest) -> PixelCNN:
    return small(grouping=request.param)


@pytest.fixture(scope="module")
def predict(model: PixelCNN) -> Predictor:
    make_deterministic(0)
    return Predictor(model, model.build())


def test_the_seed_decides_the_frame(predict: Predictor) -> None:
    frames = random_frames(2)
    first = predict(frames, (1, 2))
    np.testing.assert_array_equal(first, predict(frames, (1, 2)))
    assert np.abs(first - predict(frames, (1, 3))).mean() > 0.005
    assert np.abs(first - predict(frames, (2, 2))).mean() > 0.005
    np.testing.assert_allclose(first * 255, np.round(first * 255), atol=1e-3)


def test_temperature_and_order_can_change_between_frames(
    model: PixelCNN, predict: Predictor
) -> None:
    frames = random_frames(2)
    warm = predict(frames, (1, 2))
    try:
        model.set_values({"order": 5})
        assert np.abs(warm - predict(frames, (1, 2))).max() > 0
        model.set_values({"temperature": 0.0, "order": 0})
        cold = predict(frames, (1, 2))
        np.testing.assert_array_equal(cold, predict(frames, (1, 3)))
        assert np.abs(warm - cold).mean() > 0.005
    finally:
        model.set_values({"temperature": 1.0, "order": 0})


def test_context_frames_are_clipped_to_0_1(predict: Predictor) -> None:
    wild = [4 * frame - 1.5 for frame in random_frames(2)]
    tame = [np.clip(frame, 0, 1) for frame in wild]
    np.testing.assert_array_equal(predict(wild, (1, 2)), predict(tame, (1, 2)))


def test_training_lowers_bits_per_dimension(model: PixelCNN) -> None:
    """Training lowers the bits per dimension by more than one, to less than seven."""
    make_deterministic(0)
    network = model.build()
    rng = np.random.default_rng(0)
    base = rng.random((4, 1, 1, 3), dtype=np.float32) * np.ones((4, 16, 16, 3), np.float32)
    grain = 0.02 * rng.normal(size=(3, 4, 16, 16, 3)).astype(np.float32)
    older, newer, truth = np.clip(base + grain, 0, 1)
    context_frames = np.concatenate([older, newer], axis=-1)
    trainer = RolloutTrainer(model, network, disturbance=Disturbance(0.01))
    # Tracing a training step would take longer than running these steps eagerly.
    optimizer = keras.optimizers.Adam(0.015)
    trainer.compile(optimizer=optimizer, jit_compile=False, run_eagerly=True)
    measure = OwnMeasures(model, network)
    window = ([older[0], newer[0]], truth[0])
    before = measure([window])[model.monitor]
    after = before
    for step in range(25):
        trainer.train_on_batch(context_frames, truth[:, None])
        if step % 3 == 2:
            after = measure([window])["bits_per_dim"]
            if after < min(before - 1, 7):
                break
    # The entropy of this Gaussian noise is log2(0.02 * 255 * sqrt(2 pi e)) = 4.4 bits.
    assert 4.2 < after < before - 1
    assert after < 7


def test_is_small_enough_to_ship() -> None:
    for grouping in ("groups", "raster"):
        assert PixelCNN(grouping=grouping).build().count_params() < 700_000


def test_a_model_without_measures_of_its_own_reports_none() -> None:
    class Plain(Model):
        def build(self) -> Any: ...

    frames = random_frames(6)
    assert OwnMeasures(Plain(), SimpleNamespace(variables=()))([(frames[:5], frames[5])]) == {}


@pytest.mark.parametrize("model", ["groups"], indirect=True)
def test_rollouts_are_trained_on_the_models_own_samples(model: PixelCNN) -> None:
    """The loss of a rollout's second frame is given a context that ends in the first sample."""
    make_deterministic(0)
    network = model.build()
    context_frames = np.concatenate(random_frames(2, 16, 16), axis=-1)[None]
    truth = np.stack(random_frames(2, 16, 16))[None]
    seed = np.array([1, 2], np.int32)
    drawn, _ = model.step(network, context_frames, (), seed + 1)
    following = np.concatenate([context_frames[..., 3:], drawn], axis=-1)
    first, second = (
        float(model.loss(network, past, truth[:, n : n + 1], seed))
        for n, past in enumerate((context_frames, following))
    )
    both = float(model.loss(network, context_frames, truth, seed))
    assert both == pytest.approx((first + second) / 2, rel=1e-4)
