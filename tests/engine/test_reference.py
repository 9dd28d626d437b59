"""The reference of parameters is generated from their declarations."""

from __future__ import annotations

import json

from artengine.catalog import KINDS, Catalog
from artengine.reference import about, describe, parameters
from artengine.settings import DreamSettings, TrainSettings


def test_settings_are_described_in_order() -> None:
    results = {parameter.name: parameter for parameter in parameters(DreamSettings)}
    assert list(results) == list(DreamSettings.model_fields)
    assert results["frames"].allowed == "a whole number from 1 to 10000000"
    assert (results["frames"].default, results["frames"].required) == (240, False)
    assert results["show"].allowed == '"prediction", "feedback"'
    assert not results["fps"].curve


def test_defaults_have_json_types() -> None:
    results = {parameter.name: parameter.default for parameter in parameters(TrainSettings)}
    assert results["crop"] == [128, 128]


def test_help_is_the_first_paragraph_on_one_line() -> None:
    class Odd(DreamSettings):
        """One thing
        after another.

        And more.
        """

    assert about(Odd) == "One thing after another."
    assert all("\n" not in parameter.about for parameter in parameters(TrainSettings))


def test_every_plugin_can_be_described_as_json(catalog: Catalog) -> None:
    for kind in KINDS:
        for name, plugin in catalog.plugins(kind).items():
            description = json.loads(json.dumps(describe(plugin), allow_nan=False))
            assert (description["kind"], description["name"]) == (kind, name)
            assert description["about"]
            assert len(description["parameters"]) == len(plugin.model_fields)


def test_numbers_of_effects_take_curves_and_those_of_sources_do_not(catalog: Catalog) -> None:
    trails = {p.name: p.curve for p in parameters(catalog.get("effect", "trails"))}
    assert any(trails.values())
    assert not any(p.curve for p in parameters(catalog.get("source", "video")))
