"""Recipes of earlier versions keep their meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from artengine.catalog import Catalog
from artengine.preset import load_preset

RECIPE = """\
seed = 5
[source]
use = "synthetic"
[model]
use = "recall"
"""


def test_an_earlier_recipe_keeps_its_old_defaults(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE, encoding="utf-8")
    old = load_preset(path, catalog)
    assert old.source.model_dump()["seed"] == 0
    assert old.model.model_dump()["elsewhere"] == 0.0
    assert old.table["model"]["elsewhere"] == 0.0


@pytest.mark.parametrize("name", ["recipe.toml", "mine.toml"])
def test_new_recipes_and_presets_have_the_current_defaults(
    catalog: Catalog, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    now = '[made_with]\nengine = "0.2.0"\n' if name == "recipe.toml" else ""
    path.write_text(RECIPE + now, encoding="utf-8")
    assert load_preset(path, catalog).model.model_dump()["elsewhere"] == 1.0


def test_packaged_weights_may_have_been_trained_further(catalog: Catalog, tmp_path: Path) -> None:
    """Parameters that shape the network come from the current weights, and the others from the
    recipe."""
    path = tmp_path / "recipe.toml"
    path.write_text(f'{RECIPE}weights = "night-drive"\n', encoding="utf-8")
    table = load_preset(path, catalog).table["model"]
    assert "deraster" not in table
    assert (table["damping"], table["elsewhere"]) == (0.0, 0.0)
