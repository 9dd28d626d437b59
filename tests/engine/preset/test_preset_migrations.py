"""Old presets: renamed keys are read, and reported once."""

from __future__ import annotations

import json
import logging
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from artengine.catalog import Catalog, load_catalog
from artengine.preset import load_preset, summary
from artengine.preset.migrations import RENAMED, migrate
from artengine.weights import find_weights, packaged_weights

Write = Callable[[str, str], Path]
Problems = Callable[..., list[str]]

GALLERY = Path(__file__).parents[3] / "gallery"
EARLIER = Path(__file__).parent / "recipes-0.1"
"""The recipes of the gallery's pieces as version 0.1 wrote them."""

RECIPES = sorted([*GALLERY.glob("*/recipe.toml"), *EARLIER.glob("*/recipe.toml")])

OLD = """
[source]
use = "void"
[model]
use = "net"
[train]
self_feeding = 32
[dream]
frames = 3
history = 2
history_slots = "newest"
"""


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Callable[[], object]:
    """The lines of the log so far."""
    # The command line, which other tests run, disables propagation of log records.
    monkeypatch.setattr(logging.getLogger("artengine"), "propagate", True)
    return lambda: [record.getMessage() for record in caplog.records]


def test_an_old_preset_is_migrated(
    write: Write, plugins: Catalog, log: Callable[[], object]
) -> None:
    path = write("old.toml", OLD)
    preset = load_preset(path, plugins)
    assert (preset.dream.truth_frames, preset.dream.truth_slots) == (2, "newest")
    assert preset.train.max_horizon == 32
    assert list(preset.table["dream"]) == ["frames", "truth_frames", "truth_slots"]
    assert log() == [
        "old.toml: dream.history is now dream.truth_frames",
        "old.toml: dream.history_slots is now dream.truth_slots",
        "old.toml: train.self_feeding is now train.max_horizon",
    ]


def test_a_new_preset_may_extend_an_old_one(write: Write, plugins: Catalog) -> None:
    write("old.toml", OLD)
    path = write("new.toml", 'extends = "old"\n[dream]\ntruth_frames = 1')
    preset = load_preset(path, plugins, ["train.self_feeding=4"])
    assert (preset.dream.truth_frames, preset.train.max_horizon) == (1, 4)


def test_old_overrides_are_migrated(
    write: Write, plugins: Catalog, log: Callable[[], object]
) -> None:
    preset = load_preset(write("old.toml", OLD), plugins, ["dream.history=1"])
    assert preset.dream.truth_frames == 1
    assert "--set: dream.history is now dream.truth_frames" in str(log())


def test_a_key_under_both_names_is_refused(write: Write, problems: Problems) -> None:
    (line,) = problems(write("both.toml", OLD + "truth_frames = 1\n"))
    assert line == (
        "both.toml: dream.history: is now dream.truth_frames, which is there too; remove it"
    )


def test_a_summary_of_an_old_preset_logs_nothing(write: Write, log: Callable[[], object]) -> None:
    assert summary(write("old.toml", 'about = "old"' + OLD)) == "old"
    assert log() == []


def test_migrating_does_not_change_its_argument() -> None:
    table = tomllib.loads(OLD)
    migrated, renamed = migrate(table)
    assert table == tomllib.loads(OLD)
    assert len(renamed) == len(RENAMED)
    assert migrate(migrated) == (migrated, [])


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: "-".join(path.parts[-3:-1]))
def test_every_recipe_of_the_gallery_still_loads(recipe: Path) -> None:
    preset = load_preset(recipe, load_catalog(user_folder=False))
    old = tomllib.loads(recipe.read_text(encoding="utf-8"))
    if old["source"]["use"] == "synthetic" and "made_with" not in old:
        # In that version, the preset's seed was not passed to the source.
        assert preset.table["source"]["seed"] == old["source"].get("seed", 0)
    for (word, name), (_, new) in RENAMED.items():
        if name in old.get(word, {}):
            assert preset.table[word][new] == old[word][name]


@pytest.mark.parametrize("name", packaged_weights())
def test_descriptions_of_weights_may_use_old_names(name: str, plugins: Catalog) -> None:
    about = packaged_weights()[name].with_name(f"{name}.json")
    described = json.loads(about.read_text(encoding="utf-8"))
    table = {"source": {"use": "void"}, "model": {**described["model"], "weights": name}}
    from artengine.preset import parse_preset

    weights = find_weights(parse_preset(table, plugins))
    assert weights.train_size == tuple(described["training"]["size"])
