"""Every table of a preset, and every plugin, is explained from its declaration."""

from __future__ import annotations

import json

import pytest

from artengine.catalog import KINDS, Catalog
from artengine.errors import UsageError
from artengine.preset.explain import PLUGIN_TABLES, SETTINGS, explain


@pytest.mark.parametrize("table", SETTINGS)
def test_every_key_is_explained(table: str, catalog: Catalog) -> None:
    (result,) = explain(table, catalog)
    assert [key.name for key in result.keys] == list(SETTINGS[table].model_fields)
    assert all(key.about.endswith(".") and key.allowed for key in result.keys)


def test_a_key_is_explained_with_its_values_and_default(catalog: Catalog) -> None:
    (dream,) = explain("dream", catalog)
    keys = {key.name: key for key in dream.keys}
    assert keys["frames"].default == 240
    assert keys["truth_frames"].allowed == "a whole number from 0 to 32"
    assert "oldest" in keys["truth_slots"].allowed


@pytest.mark.parametrize("table", PLUGIN_TABLES)
def test_tables_of_plugins_name_their_plugins(table: str, catalog: Catalog) -> None:
    (result,) = explain(table, catalog)
    kind, _ = PLUGIN_TABLES[table]
    assert list(result.choices) == list(catalog.plugins(kind))
    keys = {"effect": ["mix", "on", "mask"], "model": ["weights.blend", "weights.at"]}
    assert [key.name for key in result.keys] == keys.get(kind, [])


def test_every_plugin_is_explained_as_json(catalog: Catalog) -> None:
    for kind in KINDS:
        for name in catalog.plugins(kind):
            results = {each.kind: each for each in explain(name, catalog)}
            assert json.loads(json.dumps(results[kind].as_data()))["name"] == name


def test_unknown_tables_are_reported(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match=r'"draem".*did you mean "dream"'):
        explain("draem", catalog)
