"""The network that draws its frames: causality, exactness, seeds, and what artists turn."""

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


def given(batch: int = 1) -> tuple[Array, Array, Array]:
    """A quantised frame, a guess and features."""
    rng = np.random.default_rng(2)
    shape = (batch, HEIGHT, WIDTH)
    frame = np.round(rng.random((*shape, 3)) * 255).astype(np.float32) / np.float32(255)
    guess = rng.random((*shape, 3), dtype=np.float32)
    return frame, guess, rng.normal(size=(*shape, FEATURES)).astype(np.float32)


def decoder(kind: Any) -> keras.Model:
    make_deterministic(0)
    network = kind.decoder(FEATURES, 8, 1, logistics.numbers(2))
    # Biases begin at 0, and hide what a convolution does at the frame's borders.
    rng = np.random.default_rng(0)
    for variable in network.trainable_variables:
        variable.assign(variable + 0.1 * rng.normal(size=variable.shape))
    return network


def sequence(kind: Any, order: int) -> npt.NDArray[np.int64]:
    """When each pixel is drawn: equal numbers are drawn at once, `(H, W)`."""
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
    """Every pixel's parameters `(B, H, W, P)`, given the frame."""
    if kind is raster:
        return raster.parameters(network, frame, guess, features, order)
    found = groups.parameters(network, frame, guess, features, order, ops.arange(groups.GROUPS))
    parts = ops.split(found, groups.GROUPS, axis=0)
    return sum(groups._put(part, order, rank) for rank, part in enumerate(parts))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", [groups, raster], ids=["groups", "raster"])
def test_no_pixel_sees_itself_or_one_that_is_drawn_later(kind: Any, order: int) -> None:
    """Every position is changed in turn, each in a frame of a batch of its own."""
    network = decoder(kind)
    count = HEIGHT * WIDTH
    frames, guess, features = (np.repeat(x, count + 1, axis=0) for x in given())
    for place in range(count):
        frames[place, place // WIDTH, place % WIDTH] += 0.25
    found = np.asarray(parameters(kind, network, frames, guess, features, order))
    moved = np.abs(found[:count] - found[count:]).max(axis=-1)
    when = sequence(kind, order)
    seen = 0
    for place in range(count):
        # More than rounding, which depends on the row of the batch on some processors.
        changed = moved[place] > 1e-5
        assert not changed[when <= when[place // WIDTH, place % WIDTH]].any(), place
        seen += changed.any()
    last = count // groups.GROUPS if kind is groups else 1
    assert seen == count - last


@pytest.fixture(scope="module", params=[groups, raster], ids=["groups", "raster"])
def draw_twice(request: pytest.FixtureRequest) -> Callable[[Any], tuple[Any, Any]]:
    """What is drawn in an order, one after the other and all at once given that; traced once."""
    kind = request.param
    network = decoder(kind)
    _, guess, features = given()
    chance = np.random.default_rng(3).uniform(0.01, 0.99, (1, HEIGHT, WIDTH, 5))
    chance = chance.astype(np.float32)

    def pick(found: Any, guess: Any, chance: Any) -> Any:
        return logistics.draw(found, guess, chance, 1.0)

    def twice(order: Any) -> tuple[Any, Any]:
        drawn = kind.sample(network, guess, features, order, pick, chance)
        return drawn, pick(parameters(kind, network, drawn, guess, features, order), guess, chance)

    return compiled(twice)


@pytest.mark.parametrize("order", ORDERS)
def test_what_is_drawn_is_what_its_own_parameters_draw(
    draw_twice: Callable[[Any], tuple[Any, Any]], order: int
) -> None:
    """Sampling one after the other equals drawing all pixels at once, given the result."""
    drawn, again = draw_twice(ops.convert_to_tensor(order, "int32"))
    np.testing.assert_allclose(drawn, again, atol=1e-6)
    assert np.unique(drawn).size > 50


def test_orders_differ_and_begin_elsewhere() -> None:
    for kind in (groups, raster):
        assert len({sequence(kind, order).tobytes() for order in ORDERS}) == 8
    corners = [np.argwhere(sequence(raster, order) == 0)[0].tolist() for order in range(4)]
    assert corners == [[0, 0], [0, WIDTH - 1], [HEIGHT - 1, 0], [HEIGHT - 1, WIDTH - 1]]


def nats(found: Any, truth: Any, guess: Any) -> npt.NDArray[np.float64]:
    truth = np.asarray(truth, np.float32)
    shape = truth.shape[:-1]
    found, guess = (np.broadcast_to(x, (*shape, np.shape(x)[-1])) for x in (found, guess))
    likely = logistics.negative_log_likelihood(found, truth, guess)
    return np.asarray(likely, np.float64)


@pytest.mark.parametrize("scale", [-5.0, -1.0, 2.0, 9.0])
@pytest.mark.parametrize("place", [0.0, 0.3, 1.0])
def test_the_likelihoods_of_a_channel_s_levels_add_up_to_one(scale: float, place: float) -> None:
    """Without couplings a pixel's likelihood is the product of its channels'."""
    found = np.array([0.0, 1.0, -1.0, 0.5, scale, scale, scale, 0, 0, 0], np.float32)
    guess = np.full(3, place, np.float32)
    start = np.round(0.9 * 255 * guess + np.array([7, 8, 9], np.float32)) / np.float32(255)
    every = np.repeat(start[None, None], 3, axis=0).repeat(256, axis=1)
    for channel in range(3):
        every[channel, :, channel] = np.arange(256, dtype=np.float32) / np.float32(255)
    without_one = np.log(np.exp(-nats(found, every, guess)).sum(axis=1))
    assert without_one.sum() == pytest.approx(-2 * nats(found, start, guess), rel=1e-3, abs=1e-3)


def test_the_coldest_draw_is_the_likeliest_pixel() -> None:
    """Couplings draw as they are measured: no channel alone can be moved and be likelier."""
    rng = np.random.default_rng(5)
    found = rng.normal(size=(20, 10)).astype(np.float32)
    found[:, 4:7] = -1.0
    guess = rng.uniform(0.3, 0.7, (20, 3)).astype(np.float32)
    chance = rng.uniform(0.1, 0.9, (20, 4)).astype(np.float32)
    drawn = np.asarray(logistics.draw(found, guess, chance, 0.0))
    best = nats(found, drawn, guess)
    for channel in range(3):
        for change in (-3, 3):
            moved = drawn.copy()
            moved[:, channel] += change / 255
            assert (nats(found, moved, guess) > best).all()
    assert np.abs(np.asarray(logistics.draw(found, guess, chance, 1.0)) - drawn).max() > 0.01


def test_of_equally_heavy_logistics_the_first_is_drawn() -> None:
    found = np.zeros((1, logistics.numbers(4)), np.float32)
    found[0, :4] = [1.0, 2.0, 2.0, 2.0]
    found[0, 4::9] = [-4.0, -2.0, 2.0, 4.0]  # means of red, in tenths
    guess, chance = np.full((1, 3), 0.5, np.float32), np.full((1, 7), 0.5, np.float32)
    drawn = np.asarray(logistics.draw(found, guess, chance, 1.0))
    assert drawn[0, 0] == pytest.approx(0.3, abs=1 / 255)


def test_temperature_widens_what_is_drawn() -> None:
    found = np.zeros((1, logistics.numbers(3)), np.float32)
    found[0, 3] = 5.0
    guess = np.full((500, 3), 0.5, np.float32)
    chance = np.random.default_rng(6).uniform(0.001, 0.999, (500, 6)).astype(np.float32)
    spreads = [
        float(np.std(logistics.draw(np.repeat(found, 500, 0), guess, chance, heat)[:, 1]))
        for heat in (0.0, 0.3, 1.0, 2.0)
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


def test_temperature_and_order_can_be_played(model: PixelCNN, predict: Predictor) -> None:
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


def test_what_leaves_the_range_of_light_is_clipped_before_it_is_seen(predict: Predictor) -> None:
    wild = [4 * frame - 1.5 for frame in random_frames(2)]
    tame = [np.clip(frame, 0, 1) for frame in wild]
    np.testing.assert_array_equal(predict(wild, (1, 2)), predict(tame, (1, 2)))


def test_learns_in_bits(model: PixelCNN) -> None:
    """From far more than eight bits a channel, which is to know nothing, to far fewer."""
    make_deterministic(0)
    network = model.build()
    rng = np.random.default_rng(0)
    base = rng.random((4, 1, 1, 3), dtype=np.float32) * np.ones((4, 16, 16, 3), np.float32)
    grain = 0.02 * rng.normal(size=(3, 4, 16, 16, 3)).astype(np.float32)
    older, newer, truth = np.clip(base + grain, 0, 1)
    context_frames = np.concatenate([older, newer], axis=-1)
    trainer = RolloutTrainer(model, network, disturbance=Disturbance(0.01))
    # Eagerly: to trace a training step takes longer than these steps.
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
    # Of gaussian grain of that deviation, at 255 levels, log2(0.02 * 255 * sqrt(2 pi e)) = 4.4.
    assert 4.2 < after < before - 1
    assert after < 7


def test_is_small_enough_to_ship() -> None:
    for grouping in ("groups", "raster"):
        assert PixelCNN(grouping=grouping).build().count_params() < 700_000


def test_a_model_measures_nothing_of_its_own_unless_it_says_so() -> None:
    class Plain(Model):
        def build(self) -> Any: ...

    frames = random_frames(6)
    assert OwnMeasures(Plain(), SimpleNamespace(variables=()))([(frames[:5], frames[5])]) == {}


@pytest.mark.parametrize("model", ["groups"], indirect=True)
def test_learns_from_what_it_drew_itself(model: PixelCNN) -> None:
    """The second frame of a rollout is measured given a context that holds the first one's draw."""
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
