"""Weights: lookup, descriptions, and errors that name the remedy."""

from __future__ import annotations

import dataclasses
import json
import shlex
from pathlib import Path

import pytest

from artengine.catalog import Catalog
from artengine.errors import WeightsError
from artengine.preset import Preset, load_preset
from artengine.resolve import resolve
from artengine.weights import build_network, find_weights

PRESET = """
[source]
use = "synthetic"
[model]
use = "swift"
"""


@pytest.fixture
def preset(tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> Preset:
    monkeypatch.chdir(tmp_path)
    Path("my road.toml").write_text(PRESET, encoding="utf-8")
    return load_preset("my road.toml", catalog)


def write_description(text: str) -> Path:
    run = Path("runs", "my road")
    run.mkdir(parents=True)
    (run / "best.weights.h5").touch()
    (run / "best.json").write_text(text, encoding="utf-8")
    return run


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        "7",
        '{"training": null}',
        '{"training": {"size": [1]}}',
        '{"training": {"size": [0, -4]}}',
        '{"training": {"size": "ab"}}',
        '{"model": []}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_an_invalid_description_is_a_one_line_error(preset: Preset, text: str) -> None:
    write_description(text)
    with pytest.raises(WeightsError, match=r"best\.json: does not describe weights") as caught:
        find_weights(preset)
    assert "\n" not in str(caught.value)


def test_weights_need_no_description(preset: Preset) -> None:
    (write_description("{}") / "best.json").unlink()
    assert find_weights(preset).train_size is None


@pytest.mark.parametrize(
    ("made_for", "message"),
    [
        (
            {"use": "swift", "context": 4, "width": 8, "deraster": True},
            "made with width = 8, while the preset has width = 24; write theirs in [model], or ",
        ),
        ({"use": "deep", "width": 24}, "made for deep (width = 24), while the preset asks for swi"),
        ({"width": 24}, "made for None (width = 24), while the preset asks for swift ("),
    ],
)
def test_weights_of_another_network_are_refused(
    preset: Preset, made_for: dict[str, object], message: str
) -> None:
    write_description(json.dumps({"model": made_for}))
    with pytest.raises(WeightsError) as caught:
        build_network(preset, find_weights(preset))
    assert f"best.weights.h5: {message}" in str(caught.value)


def command(error: str) -> list[str]:
    return shlex.split(error.partition("with: ")[2].partition(";")[0])


def test_the_suggested_command_trains_the_missing_weights(preset: Preset, tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        find_weights(preset)
    assert command(str(caught.value)) == ["artengine", "train", str(preset.path)]

    folder = tmp_path / "a run"
    folder.mkdir()
    with pytest.raises(WeightsError) as caught:
        find_weights(dataclasses.replace(preset, weights=str(folder)))
    assert command(str(caught.value))[3:] == ["-o", str(folder)]

    write_description("{}")
    with pytest.raises(WeightsError) as caught:
        find_weights(dataclasses.replace(preset, weights="nothing"))
    free = str(Path("runs", "my road-2"))
    assert command(str(caught.value))[3:] == ["-o", free]
    assert f"--set 'model.weights={free}'" in str(caught.value)


def test_a_recipe_names_the_weights_that_were_found(preset: Preset, catalog: Catalog) -> None:
    best = write_description("{}").absolute() / "best.weights.h5"
    result = resolve(preset.with_values({"dream.precision": "float32"}))
    assert result.preset.weights == str(best)
    Path("elsewhere.toml").write_text(result.recipe(Path()), encoding="utf-8")
    assert find_weights(load_preset("elsewhere.toml", catalog)).path == best
