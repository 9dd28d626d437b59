"""The other backends of Keras compute the same as TensorFlow.

One process per installed backend runs everything, because importing a backend takes seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest
from keras import ops

from artengine.arithmetic import arithmetic
from artengine.catalog import load_catalog
from artengine.frame import to_frame
from artengine.model import Model
from artengine.nn.chance import normal, uniform
from artengine.nn.determinism import make_deterministic
from artengine.nn.predictor import Predictor
from artengine.nn.runtimes import runtime_for
from artengine.nn.weights import load_weights, save_weights
from artengine.preset import parse_preset
from artengine.stepping import chance
from artengine.train import plot
from artengine.train.cache import prepared
from artengine.train.log import Row
from artengine.train.loop import Observer, train
from artengine.train.run import Run

MODELS: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "swift": {"width": 4},
        "recall": {"width": 4, "pictures": 16, "grid": 4, "leaps": 0.5},
        "pixelcnn": {"width": 4, "decoder": 4, "mixtures": 2},
    }
)
"""A deterministic model, one with random choices, and one that samples every pixel."""

PRESET = MappingProxyType(
    {
        "source": {"use": "synthetic"},
        "model": {"use": "swift", "width": 4, "context": 2},
        "train": {
            "size": [32, 32],
            "batch": 2,
            "seconds": 2,
            "steps": 3,
            "epoch": 2,
            "max_horizon": 4,
            # JAX takes seconds to compile its random numbers.
            "context_noise": 0.0,
        },
    }
)

SEED = (-3, 2**31 - 1)

Frames = npt.NDArray[np.float32]


class SixteenPictures:
    """Frames to adapt to, uint8 `(32, 32, 3)`."""

    scenes = (range(16),)

    def __getitem__(self, number: int) -> npt.NDArray[np.uint8]:
        return np.roll(np.arange(32 * 32 * 3).reshape(32, 32, 3) % 251, 2 * number, 1).astype(
            np.uint8
        )


def dream_frames(model: Model, network: keras.Model) -> Frames:
    """Return the first frames of a dream."""
    sequence = SixteenPictures()
    frames = [to_frame(sequence[n]) for n in range(model.context)]
    predict = Predictor(model, network, runtime=runtime_for("keras", model, network, "float32"))
    for index in range(3):
        frames.append(predict(frames[-model.context :], (7, index)))
    return np.stack(frames[model.context :])


def in_another_backend(folder: Path) -> None:
    """Compute everything that the process of a backend saves."""
    catalog, result = load_catalog(), dict[str, Any]()
    for weights in folder.glob("*.weights.h5"):
        name = weights.name.removesuffix(".weights.h5")
        model = catalog.models[name](**MODELS[name])
        network = model.build()
        load_weights(weights, network)
        result[name] = dream_frames(model, network)
    seed = ops.convert_to_tensor(np.array(SEED, np.int32))
    result["uniform"] = ops.convert_to_numpy(uniform((3, 5, 7), seed, 0.25, 0.75))
    result["normal"] = ops.convert_to_numpy(normal((3, 5, 7), seed))
    preset, run = parse_preset(dict(PRESET), catalog), Run(folder / "run")
    versions = arithmetic("float32", "keras")
    assert {keras.backend.backend(), "keras"} <= versions.keys()
    assert "tensorflow" not in versions
    data = prepared(preset.source, preset.train, lambda _done, _total: None)
    plot.draw_log = lambda path, rows: None
    rows = list[Row]()
    progress = train(preset, data, run, catalog, observer=Observer(epoch=rows.append))
    # The measures use the current weights, not those of the first trace.
    assert rows[0].psnr != rows[1].psnr
    network = preset.model.build()
    load_weights(run.last, network)
    result["run"] = dream_frames(preset.model, network)
    result["losses"] = progress.losses
    assert "tensorflow" not in sys.modules
    np.savez(folder / "found.npz", **result)


@pytest.mark.parametrize(
    ("backend", "models"),
    # JAX takes seconds to compile each.
    [("jax", ["recall"]), ("torch", ["swift", "recall", "pixelcnn"])],
)
def test_another_backend_dreams_and_trains_like_tensorflow(
    backend: str, models: list[str], tmp_path: Path
) -> None:
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    catalog, expected = load_catalog(), dict[str, Frames]()
    for name in models:
        make_deterministic(1)
        model = catalog.models[name](**MODELS[name])
        network = model.build()
        model.adapt(network, SixteenPictures())
        save_weights(tmp_path / f"{name}.weights.h5", network, {})
        expected[name] = dream_frames(model, network)
    child = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_backends; "
        f"test_backends.in_another_backend(test_backends.Path({str(tmp_path)!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", child],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "found.npz") as file:
        result = dict(file)
    model = parse_preset(dict(PRESET), catalog).model
    network = model.build()
    load_weights(Run(tmp_path / "run").last, network)
    expected["run"] = dream_frames(model, network)
    for name, frames in expected.items():
        np.testing.assert_allclose(result[name], frames, atol=1 / 255, err_msg=name)
        assert frames.std() > 0.01, name
    drawn = chance.uniform(SEED, (3, 5, 7))
    np.testing.assert_array_equal(result["uniform"], drawn * 0.5 + np.float32(0.25))
    seed = ops.convert_to_tensor(np.array(SEED, np.int32))
    np.testing.assert_allclose(result["normal"], normal((3, 5, 7), seed), atol=1e-5)
    assert np.isfinite(result["losses"]).all()
