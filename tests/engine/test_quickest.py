"""The fastest runtime: timed once, remembered, and named by the recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artengine import quickest as module
from artengine.catalog import load_catalog
from artengine.errors import UsageError
from artengine.preset import Preset, load_preset
from artengine.preset.toml_text import parse_toml
from artengine.quickest import Quickest
from artengine.resolve import is_recipe_of, resolve


class Machine:
    """Runtimes that take a number of clock ticks for a step."""

    def __init__(self, **ticks: float) -> None:
        self.ticks = ticks
        self.now = 0.0
        self.calls: list[str] = []

    def plain_network(self, preset: Preset, weights: Any, model: Any) -> Any:
        """Replace `plain_network`."""
        name = preset.dream.runtime
        self.calls.append(name)
        if name not in self.ticks:
            raise UsageError(f"the runtime {name} cannot")

        def step(frames: list[Any], seed: tuple[int, int]) -> Any:
            assert frames[0].shape == (48, 64, 3)
            self.now += self.ticks[name]
            return np.zeros_like(frames[0])

        return step


@pytest.fixture
def preset(tiny_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Preset:
    monkeypatch.setenv("ARTENGINE_CACHE", str(tmp_path / "cache"))
    catalog = load_catalog([tiny_project / "tiny_model.py"])
    loaded = load_preset(str(tiny_project / "tiny.toml"), catalog)
    return loaded.with_values({"dream.runtime": "auto"})


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    here = Machine(keras=0.5, openvino=0.25)
    monkeypatch.setattr(module, "plain_network", here.plain_network)
    monkeypatch.setattr(module, "installed_runtimes", lambda: ["keras", "openvino", "onnxruntime"])
    monkeypatch.setattr("time.perf_counter", lambda: here.now)
    return here


def test_the_fastest_runtime_is_timed_once_and_named_by_the_recipe(
    preset: Preset, machine: Machine, tmp_path: Path
) -> None:
    resolved = resolve(preset)
    assert machine.calls == ["keras", "openvino", "onnxruntime"]
    assert resolved.preset.dream.runtime == "openvino"
    assert str(resolved.quickest) == (
        "runtime openvino, the quickest for this network here: 250.0 ms a step; keras 500.0"
    )
    recipe = resolved.recipe(tmp_path)
    assert parse_toml(recipe)["dream"]["runtime"] == "openvino"
    assert is_recipe_of(recipe, preset, tmp_path)

    again = resolve(preset)
    assert len(machine.calls) == 3
    assert again.quickest == resolved.quickest
    assert again.identity == resolved.identity
    # A broken record causes a new timing.
    (kept,) = (tmp_path / "cache" / "runtimes").iterdir()
    broken = ("{", '{"ms": {}}', '{"ms": {"keras": NaN}}', "[" * 100_000)
    for count, text in enumerate(broken, start=2):
        kept.write_text(text, encoding="utf-8")
        assert resolve(preset).quickest == resolved.quickest
        assert len(machine.calls) == 3 * count


def test_without_a_usable_runtime_the_error_of_keras_is_raised(
    preset: Preset, machine: Machine
) -> None:
    machine.ticks.clear()
    with pytest.raises(UsageError, match="the runtime keras cannot"):
        resolve(preset)


def test_a_preset_that_names_its_runtime_is_not_timed(preset: Preset, machine: Machine) -> None:
    named = resolve(preset.with_values({"dream.runtime": "keras"}))
    assert named.quickest is None
    assert named.preset.dream.runtime == "keras"
    assert machine.calls == []


@pytest.mark.parametrize(
    ("ms", "runtime", "message"),
    [
        ({"keras": 10.0, "openvino": 9.6}, "keras", "openvino 9.6"),
        ({"keras": 10.0, "openvino": 9.6, "onnxruntime": 9.0}, "onnxruntime", "keras 10.0, open"),
        ({"openvino": 9.6}, "openvino", "the only one here that can"),
        ({}, "keras", "the only one here that can"),
    ],
)
def test_keras_is_used_unless_another_is_clearly_faster(
    ms: Any, runtime: str, message: str
) -> None:
    choice = Quickest(ms)
    assert choice.runtime == runtime
    assert message in str(choice)
