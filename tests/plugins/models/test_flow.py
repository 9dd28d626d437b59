"""The flow network: how it warps frames, and how it estimates and learns motion."""

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


def constant_flow(across: float, down: float, height: int = 12, width: int = 20) -> Array:
    flow = np.empty((1, height, width, 2), np.float32)
    flow[...] = across, down
    return flow


def waves(height: int = 24, width: int = 24, moved: tuple[float, float] = (0.0, 0.0)) -> Array:
    """Evaluate a smooth function on the pixel grid, shifted by a displacement of any fraction."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    y, x = y - moved[1], x - moved[0]
    wave = 0.5 + 0.2 * np.sin(1.1 * x + 0.3 * y) + 0.2 * np.cos(0.9 * y - 0.5 * x)
    return np.repeat(wave[None, ..., None], 3, axis=-1).astype(np.float32)


@pytest.mark.parametrize("sharp", [False, True])
def test_whole_pixel_displacements_copy_the_values(sharp: bool) -> None:
    frame = random_frame()
    moved, inside = (
        ops.convert_to_numpy(x) for x in warp(frame, constant_flow(3, -2), sharp=sharp)
    )
    np.testing.assert_allclose(moved[:, :-2, 3:], frame[:, 2:, :-3], atol=1e-6)
    np.testing.assert_array_equal(inside[0, 4, :, 0], [0, 0, 0, *[1] * 17])
    np.testing.assert_array_equal(inside[0, :, 8, 0], [*[1] * 10, 0, 0])


def test_the_border_is_replicated_outside_the_frame() -> None:
    frame = random_frame()
    moved = ops.convert_to_numpy(warp(frame, constant_flow(100, 0))[0])
    np.testing.assert_array_equal(moved, np.repeat(frame[:, :, :1], 20, axis=2))


def test_each_frame_of_a_batch_is_warped_by_its_own_flow() -> None:
    frames = np.concatenate([random_frame(), 1 - random_frame()])
    flow = np.concatenate([constant_flow(0, 0), constant_flow(1, 0)])
    moved = ops.convert_to_numpy(warp(frames, flow)[0])
    np.testing.assert_array_equal(moved[0], frames[0])
    np.testing.assert_array_equal(moved[1, :, 1:], frames[1, :, :-1])


def test_sharp_warps_are_cubic_convolution() -> None:
    """Compare with Keys's kernel, applied along one axis."""
    frame, t = random_frame(), 0.3
    moved = ops.convert_to_numpy(warp(frame, constant_flow(-t, 0), sharp=True)[0])
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


def test_sharp_warps_keep_detail_that_linear_ones_blur() -> None:
    frame = waves()
    errors = {}
    for sharp in (False, True):
        moved: Any = frame
        for _ in range(12):
            moved, _ = warp(moved, constant_flow(0.25, 0.5, 24, 24), sharp=sharp)
        truth = waves(moved=(3.0, 6.0))
        errors[sharp] = np.abs(ops.convert_to_numpy(moved) - truth)[:, 12:-6, 12:-6].mean()
    assert errors[True] < 0.4 * errors[False]


def test_untrusted_and_out_of_frame_pixels_are_painted() -> None:
    last, paint = random_frame(16, 16), np.full((1, 16, 16, 3), 0.25, np.float32)
    trust = np.ones((1, 16, 16, 1), np.float32)
    trust[:, 8:] = 0
    frame = ops.convert_to_numpy(put_together(last, constant_flow(4, 0, 4, 4), paint, trust))
    np.testing.assert_array_equal(frame[:, 8:], paint[:, 8:])
    np.testing.assert_array_equal(frame[:, :8, :3], paint[:, :8, :3])
    np.testing.assert_allclose(frame[:, :8, 4:], last[:, :8, :-4], atol=1e-6)


SIDE = 96
"""Side of the frames that `untrained` predicts. Tracing another size would take seconds."""


@pytest.fixture(scope="module")
def shared_network() -> tuple[Flow, keras.Model, Predictor]:
    make_deterministic(0)
    model = Flow(width=4)
    network = model.build()
    return model, network, Predictor(model, network)


@pytest.fixture
def untrained(
    shared_network: tuple[Flow, keras.Model, Predictor],
) -> Iterator[tuple[Flow, keras.Model, Predictor]]:
    """A model, its network and its predictor. Push and weights are restored after the test."""
    model, network, predictor = shared_network
    push, weights = model.push, network.get_weights()
    predictor.reset()
    yield model, network, predictor
    model.push = push
    network.set_weights(weights)


def test_predictions_stay_in_range_for_any_input(
    untrained: tuple[Flow, keras.Model, Predictor],
) -> None:
    _, _, predictor = untrained
    prediction = predictor(
        [np.full((SIDE, SIDE, 3), 50.0 * (-1) ** n, np.float32) for n in range(4)]
    )
    assert prediction.min() >= 0.0
    assert prediction.max() <= 1.0


def test_push_scales_the_predicted_motion(untrained: tuple[Flow, keras.Model, Predictor]) -> None:
    model, network, predictor = untrained
    network.get_layer("flow").set_weights([np.zeros((3, 3, 4, 2)), np.array([1.0, 0.0])])
    network.get_layer("trust").set_weights([np.zeros((3, 3, 4, 16)), np.full(16, 30.0)])
    frames = [waves(SIDE, SIDE)[0] for _ in range(4)]
    inner = (slice(6, -6), slice(6, -6))
    for push in (-1.0, 0.0, 1.0, 2.0):
        model.push = push
        expected = waves(SIDE, SIDE, moved=(push, 0.0))[0]
        np.testing.assert_allclose(predictor(frames)[inner], expected[inner], atol=0.01)


def test_constant_and_linear_flows_have_no_curvature() -> None:
    y, x = np.mgrid[:8, :8].astype(np.float32)
    spreading = np.stack([0.5 * x - 2, 0.25 * y], axis=-1)[None]
    assert float(curvature(spreading)) == pytest.approx(0, abs=1e-6)
    assert float(curvature(np.square(spreading))) > 0.1


def test_detail_is_invariant_to_position() -> None:
    frame = np.tile(random_frame(8, 8), (1, 3, 3, 1))
    moved = np.roll(frame, 4, axis=2)
    there, here = (ops.convert_to_numpy(detail(f))[:, :, 1:-1] for f in (frame, moved))
    np.testing.assert_allclose(here, there, rtol=1e-4)
    assert float(ops.mean(detail(0.5 * frame))) < 0.6 * float(ops.mean(detail(frame)))


def test_detail_is_measured_up_to_the_border() -> None:
    frame = np.tile(random_frame(8, 8), (1, 3, 3, 1))
    measured = ops.convert_to_numpy(detail(frame))
    assert measured.shape == (1, 3, 3, 3)
    np.testing.assert_allclose(measured[:, 2, 2], measured[:, 1, 1], rtol=0.3)


def drifting_noise(count: int, across: float, down: float) -> list[Array]:
    """Frames `(1, 96, 96, 3)` of blurred noise that moves by so many pixels per frame."""
    noise = np.random.default_rng(0).random((1, 24, 24, 3), dtype=np.float32)
    wide = ops.image.resize(noise, (192, 192), interpolation="bicubic")
    frames = []
    for n in range(count):
        flow = constant_flow(n * across, n * down, 192, 192)
        moved, _ = warp(ops.convert_to_tensor(wide), flow, sharp=True)
        frames.append(ops.convert_to_numpy(moved)[:, 48:144, 48:144])
    return frames


@pytest.mark.parametrize("moved", [(0.0, 0.0), (0.3, -0.6), (3.0, -1.0), (-7.5, 4.25)])
def test_motion_is_estimated_to_a_fraction_of_a_pixel(moved: tuple[float, float]) -> None:
    before, now = drifting_noise(2, *moved)
    estimated, error = (ops.convert_to_numpy(part) for part in motion(now, before, 16.0))
    assert estimated.shape == (1, 48, 48, 2)
    inner = estimated[:, 8:-8, 8:-8]
    np.testing.assert_allclose(np.median(inner, axis=(0, 1, 2)), moved, atol=0.03)
    assert np.mean(np.abs(inner - moved) < 0.1) > 0.95
    assert np.median(error[:, 8:-8, 8:-8]) < 1e-4


def test_motion_is_limited_to_the_reach() -> None:
    before, now = drifting_noise(2, 6.0, 0.0)
    estimated, _ = motion(now, before, 2.0)
    assert float(ops.max(ops.abs(estimated))) <= 2.0


def test_motion_is_zero_in_a_uniform_frame() -> None:
    grey = np.full((1, 32, 32, 3), 0.5, np.float32)
    estimated, error = motion(grey, grey, 16.0)
    assert float(ops.max(ops.abs(estimated))) == 0.0
    assert float(ops.max(error)) == 0.0


def test_motion_is_carried_to_the_place_it_leads_to() -> None:
    """An area that moves to the right is expected to the right of where it was observed."""
    before, now = drifting_noise(2, 0.0, 0.0)
    moving = [frame.copy() for frame in drifting_noise(2, 6.0, 0.0)]
    for still, other in zip((before, now), moving, strict=True):
        other[:, :, 48:] = still[:, :, 48:]
    observed = ops.convert_to_numpy(motion(moving[1], moving[0], 16.0)[0])
    carried = ops.convert_to_numpy(
        carried_on(np.concatenate(moving, axis=-1).astype(np.float32), 16.0)
    )
    assert carried.shape == (1, 48, 48, 3)

    def moving_columns(flow: Array) -> float:
        """How many columns of the picture move."""
        return float(np.sum(flow[0, 12:-12, :, 0].mean(axis=0) > 3.0))

    assert moving_columns(carried[..., :2]) > moving_columns(observed)


def test_the_untrained_network_continues_a_motion(
    untrained: tuple[Flow, keras.Model, Predictor],
) -> None:
    _, _, predictor = untrained
    *context, truth = (frame[0] for frame in drifting_noise(5, 2.5, -1.0))
    prediction = predictor(context)
    inner = (slice(16, -16), slice(16, -16))
    prediction_error, copy_error = (
        np.abs(f - truth)[inner].mean() for f in (prediction, context[-1])
    )
    assert prediction_error < 0.5 * copy_error


def test_the_network_learns_a_correction_of_the_motion() -> None:
    """Train on a still context that is followed by a step of three pixels right and one up."""
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
            predicted = ops.convert_to_numpy(network(windows(4)[0])[0])
            flow = predicted[:, 4:-4, 4:-4].mean(axis=(0, 1, 2))
            if np.abs(flow - [3.0, -1.0]).max() < 0.5:
                break
    np.testing.assert_allclose(flow, [3.0, -1.0], atol=0.5)
