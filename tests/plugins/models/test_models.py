"""Conformance of every registered model, and tests of each built-in one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest

from artengine.catalog import Catalog, load_catalog
from artengine.model import Model
from artengine.nn.determinism import make_deterministic
from artengine.nn.predictor import Predictor
from artengine.testing import Check, conformance
from artengine_plugins.models.automaton import Automaton
from artengine_plugins.models.convlstm import Convlstm
from artengine_plugins.models.deep import Deep
from artengine_plugins.models.flow import Flow
from artengine_plugins.models.hourglass import Hourglass
from artengine_plugins.models.swift import Swift

MODELS = sorted(load_catalog().models.items())


@pytest.mark.parametrize("check", [c for _, kind in MODELS for c in conformance(kind)], ids=str)
def test_conforms(check: Check, tmp_path: Path) -> None:
    check(tmp_path)


def test_hourglass_has_the_architecture_of_the_original() -> None:
    network = Hourglass().build()
    assert network.count_params() == 372_787
    convolutions = [
        (layer.kernel_size[0], layer.filters)
        for layer in network.layers
        if hasattr(layer, "kernel_size")
    ]
    assert convolutions == [
        *[(7, 64), (5, 32), (3, 16)],
        *[(7, 32), (5, 32), (3, 16)],
        *[(5, 32), (3, 32), (1, 16)],
        *[(3, 32), (5, 32), (3, 32), (5, 32), (7, 32), (3, 32), (5, 32), (5, 32), (7, 3)],
    ]


@pytest.mark.parametrize("kind", [Deep, Flow, Swift])
def test_weights_are_small_enough_to_ship(kind: type[Model]) -> None:
    assert kind().build().count_params() < 720_000


def test_deep_blends_in_some_of_the_newest_frame_but_never_all() -> None:
    make_deterministic(0)
    rng = np.random.default_rng(0)
    model = Deep(width=8)
    network = model.build()
    context_frames = rng.random((1, 32, 32, 12), dtype=np.float32)
    imagined, kept = (keras.ops.convert_to_numpy(part) for part in network(context_frames))
    prediction = keras.ops.convert_to_numpy(
        model.step(network, context_frames, (), keras.ops.zeros((2,), "int32"))[0]
    )
    assert kept.min() > 0.0
    assert kept.max() < 0.9
    expected = kept * context_frames[..., -3:] + (1 - kept) * imagined
    np.testing.assert_allclose(prediction, expected, atol=1e-6)


def test_every_built_in_model_is_registered(catalog: Catalog) -> None:
    assert set(catalog.models) >= {
        "automaton",
        "convlstm",
        "deep",
        "flow",
        "hourglass",
        "pixelcnn",
        "recall",
        "swift",
    }


def random_frames(count: int, scale: float = 1.0) -> list[npt.NDArray[np.float32]]:
    rng = np.random.default_rng(1)
    return [scale * rng.random((16, 24, 3), dtype=np.float32) for _ in range(count)]


def test_convlstm_is_small() -> None:
    assert Convlstm().build().count_params() < 700_000


def test_convlstm_remembers_frames_outside_its_context() -> None:
    make_deterministic(0)
    model = Convlstm(context=2, width=8)
    predictor = Predictor(model, model.build())
    first, other, newest = random_frames(3)
    remembered = []
    for oldest in (first, other):
        predictor.reset()
        remembered.append(predictor([oldest, newest]))
    assert np.abs(remembered[0] - remembered[1]).max() > 1e-4
    model.memory = 0.0
    forgotten = []
    for oldest in (first, other):
        predictor.reset()
        forgotten.append(predictor([oldest, newest]))
    np.testing.assert_array_equal(forgotten[0], forgotten[1])


def test_convlstm_state_stays_within_bounds_for_any_input() -> None:
    model = Convlstm(context=1, width=8)
    network = model.build()
    network.set_weights([20 * weight for weight in network.get_weights()])
    predictor = Predictor(model, network)
    for frame in random_frames(20, scale=30):
        predictor([frame])
    state = predictor.state()
    assert [part.shape[1:] for part in state] == [(4, 6, 4)] * 2 + [(2, 3, 16)] * 2
    assert 0.5 < max(np.abs(part).max() for part in state) <= 1.0


@pytest.mark.parametrize("model", [Convlstm(context=1, width=8), Automaton(context=1)])
def test_amplified_feedback_does_not_diverge(model: Model) -> None:
    """Amplify both the frames that are fed back and the recurrent state."""
    predictor = Predictor(model, model.build())
    frame = random_frames(1)[0]
    for number in range(200):
        amplified = (0.5 + 1.6 * (frame - 0.5)).astype(np.float32)
        frame = predictor([amplified], (0, number))
        predictor.restore([2 * part.astype(np.float32) for part in predictor.state()])
    assert -1.0 <= frame.min() <= frame.max() <= 2.0
    assert max(np.abs(part).max() for part in predictor.state()) <= 2.0 * 2.0


def test_convlstm_keeps_its_memory_in_float32_in_mixed_precision() -> None:
    model = Convlstm(context=2, width=8)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = model.build()
    finally:
        keras.config.set_dtype_policy("float32")
    predictor = Predictor(model, network)
    predictor(random_frames(2))
    assert {part.dtype.name for part in predictor.state()} == {"float32"}
    assert network.layers[-1].compute_dtype == "float32"


def automaton(**parameters: Any) -> tuple[Automaton, Predictor]:
    make_deterministic(0)
    model = Automaton(**{"context": 1, "width": 8, "hidden": 3, **parameters})
    return model, Predictor(model, model.build())


def test_automaton_is_tiny() -> None:
    assert Automaton().build().count_params() < 50_000


def test_automaton_cells_fire_at_random() -> None:
    model, predictor = automaton(steps=1, grid=4)
    (frame,) = random_frames(1)
    model.fire_rate = 0.0
    np.testing.assert_array_equal(predictor([frame], (1, 2)), frame)
    model.fire_rate = 0.5
    unchanged = []
    for seed in ((1, 2), (1, 3)):
        predictor.reset()
        changed = np.abs(predictor([frame], seed) - frame).max(axis=-1)
        # All pixels of a cell change, or none.
        cells = changed.reshape(4, 4, 6, 4).max(axis=(1, 3)) > 0
        unchanged.append(~cells)
    assert 0.1 < np.mean(unchanged) < 0.9
    assert (unchanged[0] != unchanged[1]).any()


@pytest.mark.parametrize("border", ["reflect", "wrap"])
def test_automaton_depends_on_neighbouring_cells_only(border: str) -> None:
    """Two steps reach twice three cells of two pixels, across the edge if the border wraps."""
    _, predictor = automaton(border=border, deraster=False)
    frame = np.full((32, 48, 3), 0.5, np.float32)
    other = frame.copy()
    other[16, 1] = 1.0
    predictions = []
    for shown in (frame, other):
        predictor.reset()
        predictions.append(predictor([shown], (0, 0)))
    touched = np.abs(predictions[0] - predictions[1]).max(axis=-1) > 0
    assert not touched[:, 16:32].any()
    assert touched[:, :16].any()
    assert touched[:, 32:].any() == (border == "wrap")


def test_automaton_stays_within_bounds_for_any_input() -> None:
    _, predictor = automaton()
    frame = random_frames(1, scale=30)[0]
    for number in range(200):
        frame = predictor([frame], (0, number))
    assert 0.0 <= frame.min() <= frame.max() <= 1.5
    (hidden,) = predictor.state()
    assert hidden.shape == (1, 8, 16, 3)
    assert 0.0 < np.abs(hidden).max() <= 1.0


def test_automaton_hidden_channels_persist_between_frames() -> None:
    _, predictor = automaton()
    first, other, newest = random_frames(3)
    predictions = []
    for oldest in (first, other):
        predictor.reset()
        predictor([oldest], (0, 0))
        predictions.append(predictor([newest], (0, 1)))
    assert np.abs(predictions[0] - predictions[1]).max() > 1e-6
