"""Runtimes: the engines that compute a network all give the same frames."""

from __future__ import annotations

import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest

from artengine.catalog import load_catalog
from artengine.errors import UsageError
from artengine.frame import Frame, Picture
from artengine.model import Model
from artengine.nn.determinism import make_deterministic
from artengine.nn.predictor import KerasRuntime, Predictor
from artengine.nn.runtimes import runtime_for
from artengine.nn.step import Step
from artengine.stepping import engines
from artengine.stepping.engines import installed_runtimes
from artengine.stepping.predictor import Runtime
from artengine_plugins.models.convlstm import Convlstm
from artengine_plugins.models.flow import Flow
from artengine_plugins.models.pixelcnn import PixelCNN
from artengine_plugins.models.quilt import Quilt
from artengine_plugins.models.recall import Recall
from artengine_plugins.models.swift import Swift

CLOSE = 2e-5
"""Tolerance between the predictions of an engine and of Keras, where white is 1."""

ENGINES = ("openvino", "onnxruntime")

needs_openvino = pytest.mark.skipif(find_spec("openvino") is None, reason="no openvino here")
needs_onnxruntime = pytest.mark.skipif(find_spec("onnxruntime") is None, reason="no onnxruntime")

by_engine = pytest.mark.parametrize(
    "engine",
    [
        pytest.param(name, marks=pytest.mark.skipif(find_spec(name) is None, reason=f"no {name}"))
        for name in ENGINES
    ],
)

MODELS = {name: kind for name, kind in sorted(load_catalog().models.items()) if name != "pixelcnn"}

CONVERTED_TWICE = ("swift", "recall")
"""Models whose steps are converted twice to check that the graphs are the same."""


@dataclass
class Clip:
    """A sequence of pictures for a model to adapt to."""

    pictures: npt.NDArray[np.uint8]
    scenes: list[range]

    def __getitem__(self, number: int) -> Picture:
        return np.asarray(self.pictures[number])


def noise(model: Model, height: int = 36, width: int = 50) -> list[Frame]:
    rng = np.random.default_rng(0)
    return [
        rng.uniform(-0.3, 1.3, (height, width, 3)).astype(np.float32) for _ in range(model.context)
    ]


def moving(model: Model, height: int = 36, width: int = 50) -> list[Frame]:
    """Return moving waves: in noise, rounding decides between equally wrong motions."""
    y, x = np.mgrid[:height, :width].astype(np.float32)[..., None]
    shades = np.arange(3)
    return [
        (0.5 + 0.3 * np.sin(x / 2 - n + shades) + 0.3 * np.sin(y / 3 - n + 2 * shades)).astype("f4")
        for n in range(model.context)
    ]


def runtime(name: Any, model: Model, network: keras.Model) -> Runtime:
    return runtime_for(name, model, network, "float32")


def predictor(name: Any, model: Model, network: keras.Model) -> Predictor:
    return Predictor(model, network, tile="whole", runtime=runtime(name, model, network))


def film(
    predict: Predictor, frames: list[Frame], count: int = 4
) -> tuple[npt.NDArray[np.float32], list[Frame]]:
    """Return the predictions of a dream, and its last context."""
    result = []
    for index in range(count):
        result.append(predict(frames, (5, index)))
        frames = [*frames[1:], result[-1]]
    return np.stack(result), frames


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    """Cache the traces of a network, so that every engine converts the same trace."""
    from artengine.nn import trace

    kept: dict[Any, Any] = {}
    traced = trace._traced

    def once(function: Callable[..., Any], specs: Any) -> Any:
        key = function.__name__, str(specs)
        if key not in kept:
            kept[key] = traced(function, specs)
        return deepcopy(kept[key])

    monkeypatch.setattr(trace, "_traced", once)
    return kept


@pytest.mark.parametrize("kind", MODELS.values(), ids=MODELS)
def test_engines_predict_like_keras(
    kind: type[Model], traces: dict[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At odd sizes, with state and the same random numbers; a second run gives the same bits."""
    from artengine.nn.conversion import Conversion

    # The start is converted too.
    monkeypatch.delattr(Conversion, "start_by_keras")
    make_deterministic(0)
    model = kind()
    network = model.build()
    here = [name for name in ENGINES if name in installed_runtimes()]
    keras_, *others = (predictor(name, model, network) for name in ("keras", *here))
    frames = moving(model) if model.name == "flow" else noise(model)
    # Flow estimates motion iteratively, and each iteration rounds.
    close = 25 * CLOSE if model.name == "flow" else CLOSE
    for index in range(3):
        expected = keras_(frames, (5, index))
        for engine in others:
            result = engine(frames, (5, index))
            assert result.shape == expected.shape
            assert result.dtype == np.float32
            np.testing.assert_allclose(result, expected, atol=close)
            for part, other in zip(keras_.state(), engine.state(), strict=True):
                np.testing.assert_allclose(
                    np.asarray(other, np.float32), np.asarray(part, np.float32), atol=CLOSE
                )
        frames = [*frames[1:], expected]
    for name, engine in zip(here, others, strict=True):
        engine.reset()
        first, _ = film(engine, noise(model))
        engine.reset()
        # The conversion takes the most time.
        twice = model.name in CONVERTED_TWICE
        traces.clear()
        again, _ = film(predictor(name, model, network) if twice else engine, noise(model))
        np.testing.assert_array_equal(first, again)


@by_engine
def test_an_engine_accepts_read_only_frames_and_does_not_reuse_its_outputs(engine: str) -> None:
    model = Swift(context=2)
    predict = predictor(engine, model, model.build())
    frames = noise(model)
    for frame in frames:
        frame.flags.writeable = False
    first = predict(frames)
    kept = first.copy()
    predict([frames[1], first])
    np.testing.assert_array_equal(first, kept)


@pytest.mark.usefixtures("traces")
def test_engines_use_changing_automatable_numbers() -> None:
    model = Flow(context=2, width=8)
    network = model.build()
    keras_, *others = (predictor(name, model, network) for name in installed_runtimes())
    results = []
    for model.push in (1.0, -2.0):
        expected = keras_(moving(model))
        results.append([other(moving(model)) for other in others])
        for frame in results[-1]:
            np.testing.assert_allclose(frame, expected, atol=50 * CLOSE)
    for first, second in zip(*results, strict=True):
        assert np.abs(first - second).max() > 1e-2


@pytest.mark.usefixtures("traces")
@pytest.mark.parametrize(("kind", "jitter"), [(Recall, 8), (Quilt, 0)])
def test_engines_use_numbers_next_to_constants(kind: type[Recall], jitter: int) -> None:
    """The weight of a filled memory is 1, and OpenVINO removes multiplications by 1."""
    make_deterministic(0)
    model = kind(context=2, width=4, pictures=40, grid=8, jitter=jitter)
    network = model.build()
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 255, (40, 32, 32, 3), np.uint8)
    model.adapt(network, Clip(pictures, [range(40)]))
    keras_, *others = (predictor(name, model, network) for name in installed_runtimes())
    frames = [picture / np.float32(255) for picture in pictures[:2]]
    for index, (model.pull, model.leaps) in enumerate(((0.25, 0.0), (1.0, 1.0), (0.0, 0.5))):
        expected = keras_(frames, (5, index))
        for other in others:
            np.testing.assert_allclose(other(frames, (5, index)), expected, atol=CLOSE)
            for carried, same in zip(keras_.state(), other.state(), strict=True):
                np.testing.assert_allclose(np.float32(same), np.float32(carried), atol=CLOSE)
        frames = [frames[1], expected]


@by_engine
def test_an_engine_saves_and_restores_its_state(engine: str) -> None:
    model = Convlstm(context=2, width=8)
    predict = predictor(engine, model, model.build())
    _, frames = film(predict, noise(model), 2)
    state = predict.state()
    rest, _ = film(predict, frames, 2)
    for part in state:
        part.flags.writeable = False
    predict.restore(state)
    np.testing.assert_array_equal(film(predict, frames, 2)[0], rest)
    predict.restore([np.zeros_like(part) for part in state])
    assert not np.array_equal(film(predict, frames, 2)[0], rest)


@by_engine
def test_an_engine_predicts_tiles(engine: str) -> None:
    keras.utils.set_random_seed(0)
    model = Swift(context=1, width=4)
    network = model.build()
    frames = noise(model, 40, 560)
    tiled = Predictor(model, network, tile=480, runtime=runtime(engine, model, network))
    np.testing.assert_allclose(
        tiled(frames), predictor("keras", model, network)(frames), atol=CLOSE
    )


@needs_openvino
def test_openvino_samples_like_keras() -> None:
    """Except for pixels between two levels, where rounding decides."""
    keras.utils.set_random_seed(0)
    model = PixelCNN(width=8, decoder=8)
    network = model.build()
    frames = noise(model)
    there, here = (predictor(name, model, network)(frames) for name in ("keras", "openvino"))
    assert (there != here).mean() < 1e-3
    np.testing.assert_allclose(here, there, atol=1.1 / 255)


@needs_openvino
def test_steps_that_openvino_cannot_compute_are_reported() -> None:
    model = PixelCNN(width=4, decoder=4, grouping="raster")
    message = (
        '^the runtime openvino cannot do model "pixelcnn": it has no XlaDynamicUpdateSlice; '
        "take the runtime keras$"
    )
    with pytest.raises(UsageError, match=message):
        predictor("openvino", model, model.build())(noise(model, 8, 8))


@needs_onnxruntime
def test_models_that_onnxruntime_cannot_compute_are_reported() -> None:
    model = PixelCNN(width=4, decoder=4)
    message = '^the runtime onnxruntime cannot do model "pixelcnn": .+; take the runtime keras$'
    with pytest.raises(UsageError, match=message):
        predictor("onnxruntime", model, model.build())(noise(model))


@needs_openvino
def test_openvino_refuses_a_precision_that_the_processor_lacks() -> None:
    import openvino

    if "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        pytest.skip("this processor has bfloat16")
    model = Swift(width=4)
    with pytest.raises(UsageError, match=r"dream\.precision: bfloat16 given.*allowed: float32"):
        runtime_for("openvino", model, model.build(), "bfloat16")


def test_a_precision_that_onnxruntime_lacks_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "is_installed", lambda _name: True)
    model = Swift(width=4)
    with pytest.raises(UsageError) as caught:
        runtime_for("onnxruntime", model, model.build(), "bfloat16")
    assert str(caught.value) == (
        "dream.precision: bfloat16 given, which the runtime onnxruntime cannot do; allowed: "
        "float32; or take the runtime keras"
    )


def test_a_runtime_that_is_not_installed_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _name: None)
    assert installed_runtimes() == ["keras"]
    model = Swift(width=4)
    with pytest.raises(UsageError) as caught:
        runtime("openvino", model, model.build())
    assert str(caught.value) == (
        "the runtime openvino is not installed; install it with: "
        "python -m pip install openvino; or take the runtime keras"
    )


def test_a_broken_runtime_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artengine.stepping.engines.is_installed", lambda _name: True)
    monkeypatch.setitem(sys.modules, "artengine.stepping.openvino_engine", None)
    with pytest.raises(UsageError, match=r"openvino cannot be imported: .*; install it anew with"):
        engines.engine_for("openvino", "float32")


@pytest.mark.parametrize("name", installed_runtimes())
def test_nothing_is_traced_again_between_frames(name: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changing numbers, state and seeds cause no trace; a new size causes one."""
    sizes: list[tuple[int, ...]] = []
    step = Step.__call__

    def counted(self: Step, frames: Any, *rest: Any) -> Any:
        # Engines get planes.
        sizes.append(tuple(sorted(frames[0].shape)))
        return step(self, frames, *rest)

    monkeypatch.setattr(Step, "__call__", counted)
    model = Convlstm(context=2, width=8)
    predict = predictor(name, model, model.build())
    for number in range(6):
        model.memory = 1.0 - 0.1 * number
        height = 24 if number % 2 else 16
        predict.reset()
        film(predict, [frame[:height] for frame in noise(model)], 3)
    assert sorted(sizes) == [(3, 16, 50), (3, 24, 50)]


def test_fixed_weights_are_copied_at_construction() -> None:
    model = Swift(context=1, width=4)
    network = model.build()
    fixed = Predictor(model, network, runtime=KerasRuntime(model, network, fixed=True))
    live = Predictor(model, network)
    frames = noise(model)
    before = live(frames)
    np.testing.assert_allclose(fixed(frames), before, atol=1e-6)
    network.set_weights([0.5 * weight for weight in network.get_weights()])
    assert np.abs(live(frames) - before).max() > 1e-3
    np.testing.assert_allclose(fixed(frames), before, atol=1e-6)


@needs_openvino
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal stacks")
def test_a_signal_after_openvino_does_not_crash(start: Callable[..., Any], tmp_path: Path) -> None:
    """In a separate process, because a crash would end it."""
    program = """
import signal
from functools import partial
from artengine.cli.program import main
from artengine.nn import bench

bench.matrix_rate = partial(bench.matrix_rate, side=64, seconds=0.01)
main(["bench", "--model", "swift", "--runtime", "openvino", "--size", "32", "--seconds", "0.01"])
signal.signal(signal.SIGINT, lambda *_: print("heard"))
signal.raise_signal(signal.SIGINT)
"""
    code = start(code=program).wait(timeout=240)
    assert code == 0, (tmp_path / "0.err").read_text()[-2000:]
    assert (tmp_path / "0.out").read_text().endswith("heard\n")
