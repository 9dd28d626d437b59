"""The network that moves frames: where its pixels come from, and that it finds motions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest
from keras import ops

from artengine.nn.determinism import make_deterministic
from artengine.nn.predictor import Predictor
from artengine.nn.rollout_trainer import RolloutTrainer
from artengine_plugins.models.flow import Flow, carried_on, curvature, detail, put_together
from artengine_plugins.models.motion import motion
from artengine_plugins.models.warp import warp

Array = npt.NDArray[np.float32]


def random_frame(height: int = 12, width: int = 20) -> Array:
    return np.random.default_rng(0).random((1, height, width, 3), dtype=np.float32)


def even(across: float, down: float, height: int = 12, width: int = 20) -> Array:
    flow = np.empty((1, height, width, 2), np.float32)
    flow[...] = across, down
    return flow


def waves(height: int = 24, width: int = 24, moved: tuple[float, float] = (0.0, 0.0)) -> Array:
    """A smooth picture, at places between its pixels too."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    y, x = y - moved[1], x - moved[0]
    wave = 0.5 + 0.2 * np.sin(1.1 * x + 0.3 * y) + 0.2 * np.cos(0.9 * y - 0.5 * x)
    return np.repeat(wave[None, ..., None], 3, axis=-1).astype(np.float32)


@pytest.mark.parametrize("sharp", [False, True])
def test_whole_steps_move_pixels_unchanged(sharp: bool) -> None:
    frame = random_frame()
    moved, inside = (ops.convert_to_numpy(x) for x in warp(frame, even(3, -2), sharp=sharp))
    np.testing.assert_allclose(moved[:, :-2, 3:], frame[:, 2:, :-3], atol=1e-6)
    np.testing.assert_array_equal(inside[0, 4, :, 0], [0, 0, 0, *[1] * 17])
    np.testing.assert_array_equal(inside[0, :, 8, 0], [*[1] * 10, 0, 0])


def test_the_border_goes_on_outside() -> None:
    frame = random_frame()
    moved = ops.convert_to_numpy(warp(frame, even(100, 0))[0])
    np.testing.assert_array_equal(moved, np.repeat(frame[:, :, :1], 20, axis=2))


def test_each_frame_of_a_batch_moves_by_itself() -> None:
    frames = np.concatenate([random_frame(), 1 - random_frame()])
    flow = np.concatenate([even(0, 0), even(1, 0)])
    moved = ops.convert_to_numpy(warp(frames, flow)[0])
    np.testing.assert_array_equal(moved[0], frames[0])
    np.testing.assert_array_equal(moved[1, :, 1:], frames[1, :, :-1])


def test_sharp_moves_are_cubic_convolution() -> None:
    """Keys's kernel, written out along one side."""
    frame, t = random_frame(), 0.3
    moved = ops.convert_to_numpy(warp(frame, even(-t, 0), sharp=True)[0])
    kernel = np.array(
        [
            -0.5 * t + t**2 - 0.5 * t**3,
            1 - 2.5 * t**2 + 1.5 * t**3,
            0.5 * t + 2 * t**2 - 1.5 * t**3,
            -0.5 * t**2 + 0.5 * t**3,
        ]
    )
    expected = sum(w * frame[:, :, 1 + n : 17 + n] for n, w in enumerate(kernel))
    np.testing.assert_allclose(moved[:, :, 2:18], expected, atol=1e-5)


def test_sharp_moves_keep_what_linear_ones_blur() -> None:
    frame = waves()
    errors = {}
    for sharp in (False, True):
        moved: Any = frame
        for _ in range(12):
            moved, _ = warp(moved, even(0.25, 0.5, 24, 24), sharp=sharp)
        truth = waves(moved=(3.0, 6.0))
        errors[sharp] = np.abs(ops.convert_to_numpy(moved) - truth)[:, 12:-6, 12:-6].mean()
    assert errors[True] < 0.4 * errors[False]


def test_what_is_not_trusted_or_comes_from_outside_is_painted() -> None:
    last, paint = random_frame(16, 16), np.full((1, 16, 16, 3), 0.25, np.float32)
    trust = np.ones((1, 16, 16, 1), np.float32)
    trust[:, 8:] = 0
    frame = ops.convert_to_numpy(put_together(last, even(4, 0, 4, 4), paint, trust))
    np.testing.assert_array_equal(frame[:, 8:], paint[:, 8:])
    np.testing.assert_array_equal(frame[:, :8, :3], paint[:, :8, :3])
    np.testing.assert_allclose(frame[:, :8, 4:], last[:, :8, :-4], atol=1e-6)


SIDE = 96
"""Of the frames that `untrained` predicts: every other size would be traced for seconds."""


@pytest.fixture(scope="module")
def shared() -> tuple[Flow, keras.Model, Predictor]:
    make_deterministic(0)
    model = Flow(width=4)
    network = model.build()
    return model, network, Predictor(model, network)


@pytest.fixture
def untrained(
    shared: tuple[Flow, keras.Model, Predictor],
) -> Iterator[tuple[Flow, keras.Model, Predictor]]:
    """A model, its network and their predictor; a test may change numbers and weights."""
    model, network, predictor = shared
    push, weights = model.push, network.get_weights()
    predictor.reset()
    yield model, network, predictor
    model.push = push
    network.set_weights(weights)


def test_it_stays_in_range_whatever_is_fed(
    untrained: tuple[Flow, keras.Model, Predictor],
) -> None:
    _, _, predictor = untrained
    prediction = predictor(
        [np.full((SIDE, SIDE, 3), 50.0 * (-1) ** n, np.float32) for n in range(4)]
    )
    assert prediction.min() >= 0.0
    assert prediction.max() <= 1.0


def test_push_sets_the_speed_of_a_dream(untrained: tuple[Flow, keras.Model, Predictor]) -> None:
    model, network, predictor = untrained
    network.get_layer("flow").set_weights([np.zeros((3, 3, 4, 2)), np.array([1.0, 0.0])])
    network.get_layer("trust").set_weights([np.zeros((3, 3, 4, 16)), np.full(16, 30.0)])
    frames = [waves(SIDE, SIDE)[0] for _ in range(4)]
    inner = (slice(6, -6), slice(6, -6))
    for push in (-1.0, 0.0, 1.0, 2.0):
        model.push = push
        expected = waves(SIDE, SIDE, moved=(push, 0.0))[0]
        np.testing.assert_allclose(predictor(frames)[inner], expected[inner], atol=0.01)


def test_an_even_flow_and_a_spreading_one_have_no_curvature() -> None:
    y, x = np.mgrid[:8, :8].astype(np.float32)
    spreading = np.stack([0.5 * x - 2, 0.25 * y], axis=-1)[None]
    assert float(curvature(spreading)) == pytest.approx(0, abs=1e-6)
    assert float(curvature(np.square(spreading))) > 0.1


def test_detail_does_not_ask_where_it_is() -> None:
    frame = np.tile(random_frame(8, 8), (1, 3, 3, 1))
    moved = np.roll(frame, 4, axis=2)
    there, here = (ops.convert_to_numpy(detail(f))[:, :, 1:-1] for f in (frame, moved))
    np.testing.assert_allclose(here, there, rtol=1e-4)
    assert float(ops.mean(detail(0.5 * frame))) < 0.6 * float(ops.mean(detail(frame)))


def test_detail_is_seen_up_to_the_border() -> None:
    frame = np.tile(random_frame(8, 8), (1, 3, 3, 1))
    found = ops.convert_to_numpy(detail(frame))
    assert found.shape == (1, 3, 3, 3)
    np.testing.assert_allclose(found[:, 2, 2], found[:, 1, 1], rtol=0.3)


def blots(count: int, across: float, down: float) -> list[Array]:
    """Blurred noise that goes so many pixels across and down each frame, `(1, 96, 96, 3)`."""
    noise = np.random.default_rng(0).random((1, 24, 24, 3), dtype=np.float32)
    wide = ops.image.resize(noise, (192, 192), interpolation="bicubic")
    made = []
    for n in range(count):
        flow = even(n * across, n * down, 192, 192)
        moved, _ = warp(ops.convert_to_tensor(wide), flow, sharp=True)
        made.append(ops.convert_to_numpy(moved)[:, 48:144, 48:144])
    return made


@pytest.mark.parametrize("moved", [(0.0, 0.0), (0.3, -0.6), (3.0, -1.0), (-7.5, 4.25)])
def test_a_motion_is_found_to_a_part_of_a_pixel(moved: tuple[float, float]) -> None:
    before, now = blots(2, *moved)
    found, error = (ops.convert_to_numpy(part) for part in motion(now, before, 16.0))
    assert found.shape == (1, 48, 48, 2)
    inner = found[:, 8:-8, 8:-8]
    np.testing.assert_allclose(np.median(inner, axis=(0, 1, 2)), moved, atol=0.03)
    assert np.mean(np.abs(inner - moved) < 0.1) > 0.95
    assert np.median(error[:, 8:-8, 8:-8]) < 1e-4


def test_a_motion_goes_no_farther_than_it_may() -> None:
    before, now = blots(2, 6.0, 0.0)
    found, _ = motion(now, before, 2.0)
    assert float(ops.max(ops.abs(found))) <= 2.0


def test_nothing_moves_where_nothing_is_seen() -> None:
    grey = np.full((1, 32, 32, 3), 0.5, np.float32)
    found, error = motion(grey, grey, 16.0)
    assert float(ops.max(ops.abs(found))) == 0.0
    assert float(ops.max(error)) == 0.0


def test_a_motion_is_carried_to_where_it_leads() -> None:
    """What moves to the right is expected right of where it was seen."""
    before, now = blots(2, 0.0, 0.0)
    moving = [frame.copy() for frame in blots(2, 6.0, 0.0)]
    for still, other in zip((before, now), moving, strict=True):
        other[:, :, 48:] = still[:, :, 48:]
    seen = ops.convert_to_numpy(motion(moving[1], moving[0], 16.0)[0])
    carried = ops.convert_to_numpy(
        carried_on(np.concatenate(moving, axis=-1).astype(np.float32), 16.0)
    )
    assert carried.shape == (1, 48, 48, 3)

    def reaches(flow: Array) -> float:
        """Where along the picture the motion ends, in columns."""
        return float(np.sum(flow[0, 12:-12, :, 0].mean(axis=0) > 3.0))

    assert reaches(carried[..., :2]) > reaches(seen)


def test_before_training_it_carries_a_motion_on(
    untrained: tuple[Flow, keras.Model, Predictor],
) -> None:
    _, _, predictor = untrained
    *shown, truth = (frame[0] for frame in blots(5, 2.5, -1.0))
    prediction = predictor(shown)
    inner = (slice(16, -16), slice(16, -16))
    wrong, copied = (np.abs(f - truth)[inner].mean() for f in (prediction, shown[-1]))
    assert wrong < 0.5 * copied


def test_it_learns_what_to_add_to_a_motion() -> None:
    """All stands still, and then goes three pixels to the right and one up."""
    make_deterministic(0)
    rng = np.random.default_rng(0)
    model = Flow(width=8, context=2, reach=8)
    network = model.build()
    trainer = RolloutTrainer(model, network)
    trainer.compile(optimizer=keras.optimizers.Adam(0.004), jit_compile=False)

    def windows(count: int) -> tuple[Array, Array]:
        noise = rng.random((count, 16, 16, 3), dtype=np.float32)
        wide = ops.convert_to_numpy(ops.image.resize(noise, (64, 64), interpolation="bicubic"))
        frames = [wide[:, 8 + n : 56 + n, 12 - 3 * n : 60 - 3 * n] for n in range(2)]
        return np.concatenate([frames[0], frames[0]], axis=-1), frames[1][:, None]

    flow = np.zeros(2)
    for step in range(120):
        trainer.train_on_batch(*windows(4))
        if step % 10 == 9:
            found = ops.convert_to_numpy(network(windows(4)[0])[0])
            flow = found[:, 4:-4, 4:-4].mean(axis=(0, 1, 2))
            if np.abs(flow - [3.0, -1.0]).max() < 0.5:
                break
    np.testing.assert_allclose(flow, [3.0, -1.0], atol=0.5)
