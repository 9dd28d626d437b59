"""The default runtime of presets that name none, and the runtime that recipes record."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artengine import cuda, tried_engines
from artengine import default_runtime as module
from artengine.catalog import Catalog, load_catalog
from artengine.cli import main
from artengine.dream.render import render
from artengine.errors import UsageError
from artengine.preset import Preset, load_preset
from artengine.preset.toml_text import parse_toml
from artengine.resolve import is_recipe_of, resolve
from artengine.stepping.engines import BrokenEngineError
from artengine.stepping.graph import NotComputable

RECIPE = """
[source]
use = "synthetic"
[model]
use = "recall"
weights = "{weights}"
{dream}
{made_with}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with a working OpenVINO and without a graphics card."""
    monkeypatch.delenv("ARTENGINE_RUNTIME")
    monkeypatch.setenv("ARTENGINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "keras_backend", lambda: "tensorflow")
    monkeypatch.setattr(module, "tensorflow_has_a_card", lambda: False)
    monkeypatch.setattr(module, "is_installed", lambda _: True)
    monkeypatch.setattr(tried_engines, "engine_for", lambda *_: None)


@pytest.fixture
def tiny(tiny_project: Path) -> Preset:
    """A preset whose model does not declare whether it converts."""
    return load_preset(tiny_project / "tiny.toml", load_catalog([tiny_project / "tiny_model.py"]))


def runtime(preset: Preset) -> str:
    return resolve(preset).preset.dream.runtime


def test_openvino_is_the_default_and_the_recipe_names_it(catalog: Catalog, tmp_path: Path) -> None:
    preset = load_preset("night-drive", catalog)
    resolved = resolve(preset)
    recipe = resolved.recipe(tmp_path)
    assert parse_toml(recipe)["dream"]["runtime"] == "openvino"
    assert is_recipe_of(recipe, preset, tmp_path)
    assert resolve(preset).identity == resolved.identity
    assert runtime(load_preset("night-drive", catalog, ["dream.runtime=keras"])) == "keras"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tensorflow_has_a_card", lambda: True),
        ("keras_backend", lambda: "jax"),
        ("is_installed", lambda _: False),
        ("processor_has_bfloat16", lambda: False),
    ],
)
def test_keras_is_used_where_the_machine_requires_it(
    name: str, value: Any, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = load_preset("night-drive", catalog, ["dream.precision=bfloat16"])
    monkeypatch.setattr(module, "processor_has_bfloat16", lambda: True)
    assert runtime(preset) == "openvino"
    monkeypatch.setattr(module, name, value)
    assert runtime(preset) == "keras"


@pytest.mark.parametrize(
    "change",
    [
        {"bend": [{"operation": "invert", "layer": "*", "amount": 0.5}]},
        {"model.weights": {"blend": ["night-drive", "wildfire"], "at": 0.5}},
    ],
)
def test_keras_is_used_for_bends_and_blended_weights(
    change: dict[str, Any], catalog: Catalog
) -> None:
    assert runtime(load_preset("night-drive", catalog).with_values(change)) == "keras"


def broken(*_: object) -> None:
    raise BrokenEngineError("the runtime openvino cannot be imported: a library is missing")


def test_a_broken_openvino_is_reported(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tried_engines, "engine_for", broken)
    with caplog.at_level(logging.WARNING):
        assert runtime(load_preset("night-drive", catalog)) == "keras"
    assert "a library is missing" in caplog.text


@pytest.mark.parametrize("named", [False, True], ids=["default", "named"])
def test_an_openvino_that_breaks_after_its_trial_is_no_longer_the_default(
    named: bool,
    catalog: Catalog,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    preset = load_preset("night-drive", catalog, ["dream.frames=2", "dream.size=[64,64]"])
    assert runtime(preset) == "openvino"
    monkeypatch.setattr(tried_engines, "engine_for", broken)
    assert runtime(preset) == "openvino"
    if named:
        preset = preset.with_values({"dream.runtime": "openvino"})
        with pytest.raises(BrokenEngineError):
            render(preset, catalog, [])
        return
    with caplog.at_level(logging.WARNING):
        assert render(preset, catalog, []).frames == 2
    assert caplog.text.count("a library is missing") == 1
    assert runtime(preset) == "keras"


@pytest.mark.parametrize(("refused", "taken"), [(True, "keras"), (False, "openvino")])
def test_a_model_that_may_convert_is_tried_once(
    refused: bool, taken: str, tiny: Preset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tried: list[tuple[str, ...]] = []

    def network(preset: Preset, *_: object) -> Any:
        tried.append((preset.dream.runtime, preset.dream.precision))

        def step(frames: list[Any]) -> Any:
            assert [frame.shape for frame in frames] == [(48, 64, 3)] * tiny.model.context
            if refused:
                raise UsageError("it cannot") from NotComputable("it cannot")
            return np.zeros_like(frames[0])

        return step

    monkeypatch.setattr(module, "plain_network", network)
    exact = tiny.with_values({"dream.precision": "float32"})
    assert [runtime(exact), runtime(exact)] == [taken] * 2
    assert tried == [("openvino", "float32")]
    (kept,) = (tmp_path / "cache" / "runtimes").glob("converts-*")
    kept.write_text("[" * 100_000, encoding="utf-8")
    assert runtime(exact) == taken
    assert len(tried) == 2


def test_the_environment_variable_selects_the_runtime(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = load_preset("night-drive", catalog, ["dream.precision=float32"])
    for name in ("keras", "onnxruntime"):
        monkeypatch.setenv("ARTENGINE_RUNTIME", name)
        assert runtime(preset) == name
    monkeypatch.setenv("ARTENGINE_RUNTIME", "openvno")
    assert main(["dream", "night-drive"]) == 2
    assert capsys.readouterr().err == (
        'error: ARTENGINE_RUNTIME: "openvno" given (did you mean "openvino"?); allowed: keras, '
        "openvino, onnxruntime, auto, default\n"
    )
    named = preset.with_values({"dream.runtime": "keras"})
    assert runtime(named) == "keras"


KERAS = 'arithmetic = { precision = "float32", runtime = "keras" }'


@pytest.mark.parametrize(
    ("weights", "dream", "made_with", "taken"),
    [
        pytest.param("night-drive", "", f'weights = "sha256:98"\n{KERAS}', "keras", id="a film"),
        pytest.param(
            "night-drive",
            '[dream]\nruntime = "openvino"',
            f'weights = "sha256:98"\n{KERAS}',
            "openvino",
            id="a film that names it",
        ),
        pytest.param(".", "", KERAS, "default", id="a training"),
        pytest.param("night-drive", "", 'weights = "sha256:98"', "default", id="a pack"),
        pytest.param("night-drive", "", None, "keras", id="a film of 0.1"),
        pytest.param(".", "", None, "default", id="a training of 0.1"),
    ],
)
def test_a_film_is_reproduced_with_its_runtime(
    weights: str, dream: str, made_with: str | None, taken: str, catalog: Catalog, tmp_path: Path
) -> None:
    path = tmp_path / "recipe.toml"
    table = "" if made_with is None else f'[made_with]\nengine = "0.2.0"\n{made_with}'
    text = RECIPE.format(weights=weights, dream=dream, made_with=table)
    path.write_text(text, encoding="utf-8")
    assert load_preset(path, catalog).dream.runtime == taken


@pytest.mark.skipif(sys.platform != "linux", reason="TensorFlow uses GPUs on Linux only")
def test_a_graphics_card_counts_only_if_tensorflow_can_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    monkeypatch.setattr(cuda, "find_spec", lambda _: None)
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "nvidiactl").touch()
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    (libraries / "libcudnn.so.9").touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", f"/nowhere:{libraries}")
    assert not cuda.tensorflow_has_a_card(tmp_path)
    (tmp_path / "dev" / "nvidia0").touch()
    assert cuda.tensorflow_has_a_card(tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert not cuda.tensorflow_has_a_card(tmp_path)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    monkeypatch.delenv("LD_LIBRARY_PATH")
    assert not cuda.tensorflow_has_a_card(tmp_path)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "ld.so.cache").write_bytes(b"\0libcudnn.so.9\0")
    assert cuda.tensorflow_has_a_card(tmp_path)
