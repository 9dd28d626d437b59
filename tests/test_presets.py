"""Properties that every packaged preset, its weights and its sounds must have."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from artengine.catalog import Catalog
from artengine.dream.parts import network_key
from artengine.dream.session import Dream
from artengine.errors import WeightsError
from artengine.preset import load_preset, packaged_folder
from artengine.preset.extends import read_document
from artengine.settings import TrainSettings
from artengine.weights import find_weights, packaged_weights

FILES = sorted(packaged_folder().glob("*.toml"))
TEMPLATES = [
    path for path in FILES if read_document(path).table["source"].get("path") == "clip.mp4"
]
"""Presets that require the user's own clip."""

DREAMING = [path for path in FILES if path not in TEMPLATES]

SMALL = ("dream.size=[64, 64]", "dream.frames=5", "dream.precision=float32")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_describes_itself(path: Path, catalog: Catalog) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert len(first) > 20
    preset = load_preset(path, catalog)
    assert preset.about
    assert preset.title != preset.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_seed_of_a_preset_sets_that_of_its_source(path: Path, catalog: Catalog) -> None:
    """A source with a fixed seed would show the same clip for every `--seed`."""
    assert "seed" not in read_document(path).table["source"]
    source = load_preset(path, catalog, ["seed=4321"]).source
    if "seed" in type(source).model_fields:
        assert source.model_dump()["seed"] == 4321


@pytest.fixture(scope="module")
def finished_dreams() -> dict[str, Dream]:
    """A finished dream of each network, to reuse the network: half of the presets share one."""
    return {}


@pytest.mark.parametrize("path", DREAMING, ids=lambda path: path.stem)
def test_dreams_reproducibly_and_changes_over_time(
    path: Path, catalog: Catalog, golden: Callable[..., None], finished_dreams: dict[str, Dream]
) -> None:
    """A small, short dream loads its weights, moves, is reproducible and equals its golden file."""
    preset = load_preset(path, catalog, SMALL)
    assert preset.dream.frames == 5
    dream = Dream(preset)
    key = str(network_key(dream.resolved))
    with Dream(preset, after=finished_dreams[key]) if key in finished_dreams else dream as dream:
        finished_dreams[key] = dream
        first = list(dream)
        # After close(), iteration starts again.
        dream.close()
        again = list(dream)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(first[0].astype(int) - first[-1]).mean() > 0.5
    golden(f"presets/{path.stem}", first[-1], tolerance=0.5)


@pytest.mark.parametrize(
    ("setting", "tolerance"),
    [
        ("dream.precision=bfloat16", 1.5),
        pytest.param(
            "dream.runtime=openvino",
            0.5,
            marks=pytest.mark.skipif(find_spec("openvino") is None, reason="no openvino here"),
        ),
    ],
)
@pytest.mark.parametrize("name", ["classic", "night-drive"])
def test_dreams_are_similar_in_other_precisions_and_runtimes(
    name: str, setting: str, tolerance: float, catalog: Catalog, golden: Callable[..., None]
) -> None:
    with Dream(load_preset(name, catalog, [*SMALL, setting])) as dream:
        golden(f"presets/{name}", list(dream)[-1], tolerance=tolerance)


def test_every_golden_picture_is_of_a_preset() -> None:
    pictures = {path.stem for path in (Path(__file__).parent / "golden/presets").glob("*.png")}
    assert pictures == {path.stem for path in DREAMING}


@pytest.mark.parametrize("path", DREAMING, ids=lambda path: path.stem)
def test_the_recipe_loads_as_the_same_preset(path: Path, catalog: Catalog, tmp_path: Path) -> None:
    preset = load_preset(path, catalog)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(preset.recipe(), encoding="utf-8")
    again = load_preset(recipe, catalog)
    assert again.table == preset.table
    assert replace(again, name=preset.name, path=preset.path).dream == preset.dream


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_takes_a_clip(path: Path, catalog: Catalog, bikes: Path) -> None:
    preset = load_preset(path, catalog, [f"source.path={bikes}"])
    assert preset.weights is None
    with pytest.raises(WeightsError, match="artengine train"):
        find_weights(preset)


def test_sounds_are_small_and_listed_in_their_script() -> None:
    folder = packaged_folder() / "sounds"
    listed = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "sounds.py"))["SOUNDS"]
    files = {path.stem: path.stat().st_size for path in folder.glob("*.opus")}
    assert set(files) == set(listed)
    assert max(files.values()) <= 300_000
    used = {
        Path(sound["path"]).stem
        for path in FILES
        for sound in read_document(path).table.get("audio", {}).values()
    }
    assert used == set(files)


def test_the_preset_folder_holds_no_python_modules() -> None:
    """A Python module among the presets would prevent an editable install."""
    assert not list(packaged_folder().rglob("*.py"))


def test_at_least_eight_presets_dream_without_a_clip() -> None:
    assert len(DREAMING) >= 8
    assert {"night-drive", "classic"} <= {path.stem for path in DREAMING}


@pytest.mark.parametrize("name", packaged_weights())
def test_weights_are_small_and_described(name: str) -> None:
    path = packaged_weights()[name]
    assert path.stat().st_size <= 3_000_000
    about = json.loads(path.with_name(f"{name}.json").read_text(encoding="utf-8"))
    assert about["model"]["use"]
    assert about["model"]["context"] >= 1
    assert about["training"]["size"]
    assert about["measured"]["psnr"] > 15


@pytest.mark.parametrize("name", packaged_weights())
def test_weights_were_trained_as_their_recipe_says(name: str, catalog: Catalog) -> None:
    """The recipe is a file next to the weights, or the preset itself."""
    recipe_path = packaged_folder() / "weights" / f"{name}.toml"
    recipe = load_preset(recipe_path if recipe_path.is_file() else name, catalog)
    about = json.loads(packaged_weights()[name].with_name(f"{name}.json").read_text("utf-8"))
    # The seed of a preset was chosen among many for its film; only this file holds that of the
    # training. Settings that are newer than the weights had their defaults.
    training = {key: value for key, value in about["training"].items() if key != "seed"}
    assert TrainSettings.model_validate(training) == recipe.train
    for parameter, value in about["model"].items():
        assert value == (
            recipe.model.name if parameter == "use" else getattr(recipe.model, parameter)
        )


def test_every_preset_has_weights_and_all_weights_are_used(catalog: Catalog) -> None:
    used = set()
    for path in DREAMING:
        preset = load_preset(path, catalog)
        assert preset.weights in packaged_weights(), path.stem
        assert find_weights(preset).path == packaged_weights()[preset.weights]
        used.add(preset.weights)
    initial = {kind.initial_weights for kind in catalog.models.values()} - {None}
    assert used | initial == set(packaged_weights())
