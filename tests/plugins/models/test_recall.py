"""The recall model: what its memory holds, how playback continues, and that dreams keep moving."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
import numpy.typing as npt
import pytest
from keras import ops

from artengine.api import Picture
from artengine.nn.determinism import make_deterministic
from artengine.nn.disturbance import Disturbance
from artengine.nn.layers import named_layers
from artengine.nn.losses.differences import l1
from artengine.nn.precision import precision_scope
from artengine.nn.predictor import Predictor
from artengine.nn.rollout_trainer import RolloutTrainer
from artengine_plugins.models.cells import cells
from artengine_plugins.models.jitter import distances, moved, moved_back, moved_cells
from artengine_plugins.models.recall import Recall
from artengine_plugins.models.remembered import memory_layer, remember
from artengine_plugins.sources.video import Video

Frames = npt.NDArray[np.floating[Any]]
SEED = np.array([1, 2], np.int32)


@dataclass
class Clip:
    """Frames that a model adapts to."""

    pictures: npt.NDArray[np.uint8]
    scenes: list[range]

    def __getitem__(self, number: int) -> Picture:
        return np.asarray(self.pictures[number])


@pytest.fixture(scope="module")
def clip(bikes: Path) -> Clip:
    """A 96x64 window that pans over a real picture from left to right."""
    picture = next(Video(path=str(bikes)).open((256, 64)).frames())
    pictures = np.stack([picture[:, 2 * place : 2 * place + 96] for place in range(60)])
    return Clip(pictures, [range(60)])


def grey(count: int) -> npt.NDArray[np.uint8]:
    """Uniform pictures, each one level brighter than the one before."""
    levels = np.arange(count, dtype=np.uint8)[:, None, None, None]
    return np.broadcast_to(levels, (count, 64, 64, 3)).astype(np.uint8)


def adapted(clip: Clip, **parameters: Any) -> tuple[Recall, keras.Model, Any]:
    make_deterministic(0)
    model = Recall(width=4, **parameters)
    network = model.build()
    model.adapt(network, clip)
    return model, network, network.get_layer("memory")


def remembered(clip: Clip, pictures: int) -> Any:
    """A memory of 4x4 pictures, without the rest of the network."""
    memory = memory_layer(pictures, 4)
    memory.build(())
    remember(memory, clip)
    return memory


def test_the_memory_holds_a_short_clip_completely(clip: Clip) -> None:
    _, network, memory = adapted(clip, pictures=64)
    # Bends refer to layers by these names.
    assert {"memory", "pixels", "prediction"} <= named_layers(network).keys()
    small = cv2.resize(clip[33], (32, 32), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(np.asarray(memory.pictures)[33], small)
    assert int(memory.count) == 60
    assert set(np.asarray(memory.last)[:60]) == {59}
    held = ops.convert_to_numpy(memory(np.array([33.0, 33.5, 59.0], np.float32)))
    np.testing.assert_allclose(held[0], small / 255, atol=1e-6)
    after = cv2.resize(clip[34], (32, 32), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(held[1], (small / 255 + after / 255) / 2, atol=1e-6)


def test_the_memory_holds_runs_from_all_parts_of_a_longer_clip() -> None:
    _, _, memory = adapted(Clip(grey(250), [range(100), range(100, 250)]), pictures=64, grid=4)
    count, last = int(memory.count), np.asarray(memory.last)
    levels = np.asarray(memory.pictures)[:count, 0, 0, 0].astype(int)
    assert 48 <= count <= 64
    assert levels[0] < 20
    assert levels[-1] > 220
    for number in range(count - 1):
        follows = last[number] > number
        assert (levels[number + 1] - levels[number] == 1) == follows


def test_the_memory_leaves_out_still_pictures() -> None:
    levels = np.concatenate([np.arange(60), np.full(40, 60), np.arange(60, 120)])
    pictures = np.broadcast_to(levels[:, None, None, None], (160, 16, 16, 3)).astype(np.uint8)
    _, _, memory = adapted(Clip(pictures, [range(160)]), pictures=200, grid=4)
    count, last = int(memory.count), np.asarray(memory.last)
    held = np.asarray(memory.pictures)[:count, 0, 0, 0]
    assert 1 <= (held == 60).sum() < 16
    assert len(set(last[:count])) == 2
    _, _, memory = adapted(Clip(pictures[60:100], [range(40)]), pictures=200, grid=4)
    assert int(memory.count) == 40


def still_from(frame: int, length: int) -> npt.NDArray[np.uint8]:
    """Pictures that become brighter up to a frame, and are the same from then on."""
    levels = np.minimum(np.arange(length), frame)
    return np.broadcast_to(levels[:, None, None, None], (length, 16, 16, 3)).astype(np.uint8)


@pytest.mark.parametrize(("moving", "length"), [(100, 210), (100, 250), (200, 400)])
def test_moving_pictures_are_held_however_long_the_clip_is_still(moving: int, length: int) -> None:
    memory = remembered(Clip(still_from(moving, length), [range(length)]), 320)
    held = np.asarray(memory.pictures)[: int(memory.count), 0, 0, 0]
    assert (held < moving).sum() >= min(moving, 120)
    assert (held == moving).sum() < 16


def test_short_moving_scenes_are_held_along_with_a_long_one() -> None:
    scenes = [range(100), *(range(at, at + 16) for at in range(100, 196, 16))]
    memory = remembered(Clip(grey(196), scenes), 320)
    assert int(memory.count) == 196


def test_a_small_memory_holds_moving_pictures_too() -> None:
    pictures = np.concatenate([still_from(60, 120), grey(256)[60:180, :16, :16]])
    memory = remembered(Clip(pictures, [range(240)]), 80)
    held = np.asarray(memory.pictures)[: int(memory.count), 0, 0, 0]
    assert len(held) >= 32
    assert (held == 60).sum() <= 2


@pytest.mark.parametrize("length", [2, 5, 7, 12])
def test_many_short_scenes_fill_the_memory(length: int) -> None:
    scenes = [range(at, at + length) for at in range(0, 240, length)]
    memory = remembered(Clip(grey(252), scenes), 64)
    count, last = int(memory.count), np.asarray(memory.last)
    levels = np.asarray(memory.pictures)[:count, 0, 0, 0].astype(int)
    assert 64 - length < count <= 64
    assert levels[0] == 0
    assert levels[-1] > 220
    assert np.bincount(last[:count])[last[:count]].max() <= max(2, min(length, 8))


def test_positions_are_distinct_in_bfloat16() -> None:
    """bfloat16 represents only even integers above 256."""
    values = np.resize(np.arange(0, 251, 10), 300).astype(np.uint8)
    pictures = np.broadcast_to(values[:, None, None, None], (300, 32, 32, 3)).astype(np.uint8)
    with precision_scope("bfloat16"):
        memory = remembered(Clip(pictures, [range(300)]), 300)
    held = ops.convert_to_numpy(memory(np.array([271.0, 271.5, 273.0], np.float32)))
    expected = [values[271], (float(values[271]) + values[272]) / 2, values[273]]
    np.testing.assert_allclose(255 * held[:, 0, 0, 0], expected, atol=1e-3)


def test_the_memory_holds_every_second_frame_of_a_clip_with_stride_two() -> None:
    _, _, memory = adapted(Clip(grey(80), [range(0, 80, 2)]), pictures=64, grid=4)
    np.testing.assert_array_equal(np.asarray(memory.pictures)[:40, 0, 0, 0], range(0, 80, 2))


def test_the_position_of_a_context_is_recognised(clip: Clip) -> None:
    model, network, _ = adapted(clip, pictures=64)
    for place in (5, 30, 50):
        context = clip.pictures[place - 3 : place + 1].astype(np.float32) / 255
        context_frames = ops.concatenate([frame[None] for frame in context], axis=-1)
        position, since = model.initial_state(network, context_frames, (0, 0))
        assert abs(float(position[0]) - place) <= 1
        assert float(since[0]) > 0


def test_each_seed_begins_at_another_position_in_the_memory(clip: Clip) -> None:
    """Consecutive seeds start far apart, and the first frames already fade to the new position."""
    model, network, _ = adapted(clip, pictures=64)
    frames = clip.pictures[2:6].astype(np.float32) / 255
    context_frames = ops.concatenate([frame[None] for frame in frames], axis=-1)
    states = [model.initial_state(network, context_frames, (seed, 0)) for seed in range(4)]
    positions = [float(position[0]) for position, _ in states]
    assert all(0 <= position < 60 for position in positions)
    assert min(abs(a - b) for a, b in combinations(positions, 2)) >= 5
    assert [float(since[0]) for _, since in states][1:] == [0.0, 0.0, 0.0]
    predict_only_the_hint(network)
    predictor = Predictor(model, network)
    films = [dream(predictor, frames, 12, seed)[-1] for seed in range(4)]
    assert min(float(np.abs(a - b).mean()) for a, b in combinations(films, 2)) > 0.01


def test_elsewhere_limits_how_far_away_a_seed_begins(clip: Clip) -> None:
    _, network, _ = adapted(clip, pictures=64)
    frames = clip.pictures[2:6].astype(np.float32) / 255
    context_frames = ops.concatenate([frame[None] for frame in frames], axis=-1)
    model = Recall(pictures=64, elsewhere=0.0)
    states = [model.initial_state(network, context_frames, (seed, 0)) for seed in range(4)]
    assert len({(float(position[0]), float(since[0])) for position, since in states}) == 1
    assert float(states[0][1][0]) > 0
    near = Recall(pictures=64, elsewhere=0.1)
    positions = [near.initial_state(network, context_frames, (n, 0))[0] for n in range(4)]
    assert 0 < max(float(position[0]) for position in positions) - float(positions[0][0]) <= 7


def test_playback_continues_and_leaps_at_the_end(clip: Clip) -> None:
    _, _, memory = adapted(clip, pictures=64)

    def next_position(position: float, pace: float, leaps: float = 0.0) -> float:
        return float(memory.play(np.array([position], np.float32), pace, leaps, SEED)[2][0])

    assert next_position(10, 1) == 11
    assert next_position(10, 0.25) == 10.25
    assert next_position(10, 0) == 10
    assert next_position(58, 1) == 59
    from_end = next_position(59, 1)
    assert 1 < from_end <= 12
    leapt = next_position(58, 1, leaps=1)
    assert leapt <= 12
    # Every candidate elsewhere would soon repeat the same pictures.
    assert next_position(30, 1, leaps=1) == 31


def test_leaps_lead_to_the_most_similar_picture(clip: Clip) -> None:
    memory = remembered(clip, 64)
    held = np.asarray(memory.pictures)[:60].astype(np.float64)
    for number in (52, 59):
        far = ((held - held[number]) ** 2).sum(axis=(1, 2, 3))
        far[1:] += ((held[:-1] - held[number - 1]) ** 2).sum(axis=(1, 2, 3))
        allowed = [n for n in range(1, 12) if abs(n - number) >= 48]
        assert int(memory.alike[number][0]) == min(allowed, key=lambda n: far[n])


def test_leaps_from_a_short_scene_lead_near_the_beginning_of_any_other(clip: Clip) -> None:
    """It never leaps within a scene, which would soon repeat the same pictures."""
    scenes = [range(at, at + 15) for at in range(0, 60, 15)]
    memory = remembered(Clip(clip.pictures, scenes), 64)
    for number in range(60):
        targets = np.asarray(memory.alike)[number]
        assert set(targets // 15) == set(range(4)) - {number // 15}
        assert (targets % 15 <= 2).all()
        assert (targets % 15 >= 1).all()


@pytest.mark.parametrize("pace", [0.3, 1.0, 8.0])
@pytest.mark.parametrize("length", [2, 5, 30])
def test_playback_at_any_pace_stays_within_runs(length: int, pace: float) -> None:
    """A position and the one before it belong to the same run, too."""
    scenes = [range(at, at + length) for at in range(0, 60, length)]
    # Each run has a colour of its own.
    levels = np.repeat(np.arange(10, 250, 8), length)[:60].astype(np.uint8)
    pictures = np.broadcast_to(levels[:, None, None, None], (60, 32, 32, 3)).astype(np.uint8)
    memory = remembered(Clip(pictures, scenes), 64)
    # A batch of positions, which includes ends of runs.
    position = np.arange(0, 60, 4, dtype=np.float32)
    for number in range(12):
        here, there, position, _ = memory.play(position, pace, 0.3, np.array([1, number], np.int32))
        assert np.min(position) >= 0
        assert np.max(position) <= 59
        np.testing.assert_array_equal(here, there)
        assert np.min(there[:, 0, 0, 0]) > 0


def test_a_jump_is_gradual() -> None:
    """A transition between dark and light is spread over many frames, and eases in."""
    levels = np.repeat(np.array([40, 220], np.uint8), 40)
    pictures = np.broadcast_to(levels[:, None, None, None], (80, 64, 64, 3)).astype(np.uint8)
    model, network, _ = adapted(Clip(pictures, [range(40), range(40, 80)]), pictures=80)
    predict_only_the_hint(network)
    shades = dream(Predictor(model, network), pictures[:4].astype(np.float32) / 255, 80)[:, 0, 0, 0]
    steps = np.abs(np.diff(shades)) / (180 / 255)
    assert shades.min() < 45 / 255 < 210 / 255 < shades.max()
    assert 0.08 < steps.max() < 0.13
    first = int(np.argmax(steps > 0.001))
    assert steps[first] < 0.04


def test_a_jump_returns_consecutive_pictures(clip: Clip) -> None:
    """After a jump, the two pictures returned are neighbours in the memory."""
    _, _, memory = adapted(clip, pictures=64)
    here, there, position, _ = memory.play(np.array([59.0], np.float32), 1.0, 0.0, SEED)
    number = int(position[0])
    np.testing.assert_allclose(here, memory(np.array([number - 1.0], np.float32)), atol=1e-6)
    np.testing.assert_allclose(there, memory(np.array([number], np.float32)), atol=1e-6)


def dream(predictor: Predictor, start: Frames, count: int, seed: int = 0) -> Frames:
    """Reset the predictor and predict `count` frames that follow a context."""
    predictor.reset()
    frames = list(start)
    for number in range(count):
        frames.append(predictor(frames[-len(start) :], (seed, number)))
    return np.stack(frames[len(start) :])


def predict_only_the_hint(network: keras.Model) -> None:
    """Set the trainable weights to zero, so that the network predicts its hint unchanged."""
    network.set_weights(
        [
            0 * w if v.trainable else w
            for v, w in zip(network.weights, network.get_weights(), strict=True)
        ]
    )


def motion(frames: Frames) -> float:
    blocks = ops.convert_to_numpy(cells(frames, 8))
    return float(np.median(np.abs(np.diff(blocks, axis=0)).mean(axis=(1, 2, 3))))


def test_a_dream_keeps_moving(clip: Clip) -> None:
    """After a short training with rollouts, frame 300 still moves, and about as much as the
    clip."""
    model, network, _ = adapted(clip, pictures=64)
    truth = clip.pictures.astype(np.float32) / 255
    trainer = RolloutTrainer(model, network, loss=l1, rollout=2, disturbance=Disturbance(0.02))
    trainer.compile(optimizer=keras.optimizers.Adam(0.002), jit_compile=False)
    rng = np.random.default_rng(0)
    for _ in range(40):
        positions = rng.integers(0, 54, 4)
        context_frames = np.stack(
            [np.concatenate(list(truth[p : p + 4]), axis=-1) for p in positions]
        )
        trainer.train_on_batch(context_frames, np.stack([truth[p + 4 : p + 6] for p in positions]))
    predictor = Predictor(model, network)
    dreamt = dream(predictor, truth[:4], 320)
    dream_motion, clip_motion = motion(dreamt[280:]), motion(truth)
    assert 0.5 * clip_motion < dream_motion < 2 * clip_motion
    model.pace = 0.0
    assert motion(dream(predictor, truth[:4], 100)[80:]) < 0.1 * clip_motion


def test_pull_sets_how_fast_colours_return_to_the_memory(clip: Clip) -> None:
    model, network, _ = adapted(clip, pictures=64)
    truth = clip.pictures.astype(np.float32) / 255
    predict_only_the_hint(network)
    model.pull = 1.0
    predictor = Predictor(model, network)
    expected = dream(predictor, truth[:4], 12)[-1]
    darker = 0.9 * truth[:4]
    errors = []
    for pull in (0.0, 0.1, 1.0):
        model.pull = pull
        errors.append(float(np.abs(dream(predictor, darker, 12)[-1] - expected).mean()))
    assert errors[0] > 1.5 * errors[1] > 2 * errors[2]


def test_remembered_pictures_cover_a_frame_of_any_size() -> None:
    """The padding of the frame is left out."""
    ramp = np.linspace(0, 200, 64)[None, :, None, None] + np.arange(40)[:, None, None, None]
    pictures = np.broadcast_to(ramp, (40, 64, 64, 3)).astype(np.uint8)
    model, network, _ = adapted(Clip(pictures, [range(40)]), pictures=40, grid=16)
    predict_only_the_hint(network)
    model.pull = 1.0
    for width, height in ((16, 40), (1, 1)):
        shown = [cv2.resize(p, (width, height), interpolation=cv2.INTER_AREA) for p in pictures]
        frames = np.stack(shown).astype(np.float32) / 255
        (painted,) = dream(Predictor(model, network), frames[10:14], 1)
        assert painted.shape == (height, width, 3)
        assert np.abs(painted - frames[14]).max() < 0.08  # half a cell at the border


def test_an_empty_memory_leaves_the_frame_unchanged() -> None:
    model = Recall(width=4, pictures=16, grid=4, pull=1.0)
    network = model.build()
    predict_only_the_hint(network)
    start = np.full((4, 32, 32, 3), 0.7, np.float32)
    np.testing.assert_allclose(dream(Predictor(model, network), start, 20), 0.7, atol=1e-5)


def test_jitter_moves_a_picture_by_whole_pixels_and_can_be_undone() -> None:
    picture = np.random.default_rng(0).random((1, 32, 48, 3), np.float32)
    by = distances(SEED, 8)
    down, right = (int(distance) for distance in by)
    away = np.array(moved(picture, by, (64, 64)))
    assert 0 <= min(down, right) <= max(down, right) < 8
    assert np.array_equal(away[:, down : down + 32, right : right + 48], picture)
    assert np.array_equal(away[:, 0, right : right + 48], picture[:, 0])
    assert np.array_equal(np.array(moved_back(away, by, (32, 48))), picture)


def test_jitter_moves_cells_as_far_as_the_pixels_under_them() -> None:
    # Interpolation of a linear ramp yields its exact mean colours.
    across = np.linspace(0, 1, 64, dtype=np.float32)
    picture = np.broadcast_to(across[None, None, :, None], (1, 32, 64, 3))
    by = np.array([0, 5], np.int32)
    away = np.array(cells(moved(picture, by, (32, 96)), 4))
    here = np.array(moved_cells(np.array(cells(picture, 4)), by, (8, 24), 4))
    assert np.abs(here - away)[:, :, 2:16].max() < 1e-6


def test_jitter_reduces_patterns_on_the_grid_of_the_upsampling(clip: Clip) -> None:
    def grid_amplitude(jitter: int) -> float:
        """The range of the mean brightness over the 16 positions in a 4x4 grid."""
        model, network, _ = adapted(clip, pictures=64, deraster=False, jitter=jitter)
        predict_only_the_hint(network)
        _, bias = network.get_layer("pixels").weights
        bias.assign([0.1] * 3 + [0.0] * 45)
        frames = dream(Predictor(model, network), truth[:4], 24)
        phases = frames.reshape(24, 16, 4, 24, 4, 3).mean(axis=(0, 1, 3, 5))
        return float(phases.max() - phases.min())

    truth = clip.pictures.astype(np.float32) / 255
    assert grid_amplitude(0) > 0.09
    assert grid_amplitude(8) < 0.04
