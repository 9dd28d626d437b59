"""The JSON schema that editors check presets with."""

from __future__ import annotations

import json
import tomllib
from importlib import import_module
from typing import Any

import pytest

from artengine.catalog import KINDS, Catalog
from artengine.preset import find_preset, list_presets
from artengine.preset.schema import preset_schema

# It comes with the notebook's test libraries, and ships no types.
Validator: Any = import_module("jsonschema").Draft7Validator


@pytest.fixture(scope="module")
def validator(plugins: Catalog) -> Any:
    schema = json.loads(json.dumps(preset_schema(plugins)))
    Validator.check_schema(schema)
    return Validator(schema)


GOOD: dict[str, Any] = {
    "title": "a",
    "extends": ["base"],
    "source": {"use": "tape", "path": "a", "more": ["b"]},
    "model": {"use": "net", "weights": "x"},
    "train": {"steps": 3, "size": [64, 64], "loss": {"l1": 1.0, "ssim": 0.2}},
    "dream": {"frames": 3, "size": [64, 64]},
    "feedback": [{"use": "grain", "amount": {"keys": {"0s": 0, "1s": 1}, "ease": "in"}}],
    "output": [
        {"use": "enlarge", "factor": 2, "on": False},
        {"use": "grain", "amount": 0.5, "mix": {"keys": {"0s": 0, "1s": 1}}},
    ],
    "writers": [{"use": "reel", "path": "a.reel"}],
}


def test_a_valid_preset_fits(validator: Any) -> None:
    assert [error.message for error in validator.iter_errors(GOOD)] == []


def test_a_preset_that_changes_another_fits(validator: Any) -> None:
    changes = {"extends": "base", "source": {"speed": 2.0}, "model": {"context": 3}}
    assert [error.message for error in validator.iter_errors(changes)] == []


def test_edits_of_a_chain_fit(validator: Any) -> None:
    edits = {"grain": {"amount": 0.5}, "enlarge": {"remove": True}, "last": {"use": "grain"}}
    placed = {"grain": {"at": "start"}, "grain-2": {"after": "grain", "amount": 0.1}}
    changes = {"extends": "base", "feedback": edits, "output": placed}
    assert [error.message for error in validator.iter_errors(changes)] == []


@pytest.mark.parametrize(
    "change",
    [
        {"sede": 1},
        {"feedback": {"grain": {"at": "top"}}},
        {"feedback": {"grain": {"remove": 3}}},
        {"feedback": {"grain": {"amuont": 3}}},
        {"seed": -1},
        {"extends": 3},
        {"source": {"use": "tap"}},
        {"source": {"use": "tape", "path": 3}},
        {"source": {"use": "tape", "speed": 0}},
        {"model": {"use": "net", "contxt": 3}},
        {"train": {"loss": "l1 and l2"}},
        {"train": {"loss": {"l3": 1.0}}},
        {"train": {"loss": {"l1": -1.0}}},
        {"dream": {"size": [64, 0]}},
        {"dream": {"size": [64]}},
        {"dream": {"show": "all"}},
        {"feedback": {"use": "grain"}},
        {"feedback": [{"amount": 1}]},
        {"feedback": [{"use": "grain", "amount": 2}]},
        {"feedback": [{"use": "grain", "mix": 2}]},
        {"feedback": [{"use": "grain", "on": 1}]},
        {"feedback": [{"use": "grain", "mask": 1}]},
        {"feedback": [{"use": "grain", "amount": {"kys": {}}}]},
        {"feedback": [{"use": "grain", "amount": {"keys": {"0s": "x"}}}]},
        {"output": [{"use": "enlarge", "factor": {"keys": {"0s": 1}}}]},
        {"writers": [{"use": "grain"}]},
    ],
)
def test_invalid_presets_do_not_fit(change: dict[str, Any], validator: Any) -> None:
    assert list(validator.iter_errors(GOOD | change))


def test_every_packaged_preset_fits(validator: Any) -> None:
    for name in list_presets():
        table = tomllib.loads(find_preset(name).read_text(encoding="utf-8"))
        assert [error.message for error in validator.iter_errors(table)] == [], name


def test_every_property_has_a_description(plugins: Catalog) -> None:
    schema = preset_schema(plugins)
    for kind in KINDS:
        (choices,) = schema["$defs"][kind].values()
        assert [choice["title"] for choice in choices] == list(plugins.plugins(kind))
        for choice in choices:
            assert choice["description"], choice["title"]
            for name, value in choice["properties"].items():
                assert value["description"], f"{choice['title']}.{name}"
    for table in ("train", "dream"):
        for name, value in schema["properties"][table]["properties"].items():
            assert value["description"], f"{table}.{name}"
