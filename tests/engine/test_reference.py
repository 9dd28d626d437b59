"""What is told of parameters comes from their declaration."""

from __future__ import annotations

import json

from artengine.catalog import KINDS, Catalog
from artengine.reference import about, describe, parameters
from artengine.settings import DreamSettings, TrainSettings


def test_settings_are_described_in_their_order() -> None:
    found = {parameter.name: parameter for parameter in parameters(DreamSettings)}
    assert list(found) == list(DreamSettings.model_fields)
    assert found["frames"].allowed == "a whole number from 1 to 10000000"
    assert (found["frames"].default, found["frames"].required) == (240, False)
    assert found["show"].allowed == '"prediction", "feedback"'
    assert not found["fps"].curve


def test_defaults_are_in_jsons_types() -> None:
    found = {parameter.name: parameter.default for parameter in parameters(TrainSettings)}
    assert found["crop"] == [128, 128]


def test_help_is_one_line_and_the_first_paragraph_only() -> None:
    class Odd(DreamSettings):
        """One thing
        after another.

        And more.
        """

    assert about(Odd) == "One thing after another."
    assert all("\n" not in parameter.about for parameter in parameters(TrainSettings))


def test_every_plugin_can_be_described_to_programs(catalog: Catalog) -> None:
    for kind in KINDS:
        for name, plugin in catalog.plugins(kind).items():
            told = json.loads(json.dumps(describe(plugin), allow_nan=False))
            assert (told["kind"], told["name"]) == (kind, name)
            assert told["about"]
            assert len(told["parameters"]) == len(plugin.model_fields)


def test_numbers_of_effects_take_curves_and_those_of_sources_do_not(catalog: Catalog) -> None:
    trails = {p.name: p.curve for p in parameters(catalog.get("effect", "trails"))}
    assert any(trails.values())
    assert not any(p.curve for p in parameters(catalog.get("source", "video")))
