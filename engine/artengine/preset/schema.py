"""A JSON schema of presets, for editors that complete and check TOML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from artengine.bend import BENDS, Bend
from artengine.catalog import KINDS, Catalog
from artengine.params import Plugin, json_schema
from artengine.preset.audio_length import AUDIO as AUDIO_LENGTH
from artengine.preset.audio_settings import ABOUT as AUDIO
from artengine.preset.audio_settings import AudioSettings, FeatureSettings
from artengine.preset.bend_tables import ABOUT as BEND
from artengine.preset.govern_settings import GovernSettings
from artengine.preset.heading import Heading
from artengine.preset.made_with import MADE_WITH
from artengine.preset.named_curves import ABOUT as CURVES
from artengine.preset.time_settings import TimeSettings
from artengine.preset.weight_tables import WeightBlend
from artengine.reference import Parameter, about, parameters
from artengine.settings import DreamSettings, TrainSettings


def preset_schema(catalog: Catalog) -> dict[str, Any]:
    """Return the schema of presets, with the plugins of that catalog.

    Returns:
        A schema of JSON Schema's draft 7, which editors of TOML support best.
    """
    definitions: dict[str, Any] = {}
    for kind in KINDS:
        choices = [_plugin(plugin, kind, definitions) for plugin in catalog.plugins(kind).values()]
        # A source or model may be incomplete, because `extends` adds the rest of the table; an
        # effect or writer must be complete.
        word = "anyOf" if kind in ("source", "model") else "oneOf"
        definitions[kind] = {word: choices} if choices else {"not": {}}
        if kind in ("effect", "writer"):
            definitions[f"{kind}-edit"] = _edits(choices) if choices else {"not": {}}
    bends = [_bend(kind, definitions) for kind in BENDS.values()]
    definitions |= {"bend": {"oneOf": bends}, "bend-edit": _edits(bends)}
    heading = {parameter.name: _value(parameter, {}) for parameter in parameters(Heading)}
    names = {"type": "array", "items": {"type": "string"}}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "artengine preset",
        "type": "object",
        "properties": {
            **heading,
            "extends": {
                "description": "Presets that this one changes: names or relative paths.",
                "anyOf": [{"type": "string"}, names],
            },
            "source": {"$ref": "#/$defs/source"},
            "model": {"$ref": "#/$defs/model"},
            "train": _settings(TrainSettings, "train", definitions),
            "dream": _dream(definitions),
            "time": _settings(TimeSettings, "time", definitions),
            "audio": {
                "type": "object",
                "description": AUDIO,
                "additionalProperties": {
                    **_settings(AudioSettings, "audio", definitions),
                    "additionalProperties": _settings(FeatureSettings, "audio.", definitions),
                },
            },
            "curves": {
                "type": "object",
                "description": CURVES,
                "additionalProperties": {
                    "anyOf": [{"type": "number"}, _EXPRESSION, {"$ref": "#/$defs/curve"}]
                },
            },
            "govern": {"type": "array", "items": _govern(definitions)},
            "bend": _list_of("bend", BEND),
            "feedback": _list_of("effect", "Effects on each prediction before it is fed back."),
            "state": _list_of("effect", "Effects on the state of a recurrent network, in order."),
            "output": _list_of("effect", "Effects on the film only, not fed back, in order."),
            "writers": _list_of("writer", "The files that a film is written to."),
            MADE_WITH: {"type": "object", "description": "How the film of a recipe was made."},
        },
        "additionalProperties": False,
        "$defs": definitions,
    }


def _list_of(kind: str, description: str) -> dict[str, Any]:
    """A list of plugins, or a table of edits to the list of the extended preset."""
    edits = {"$ref": f"#/$defs/{kind}-edit"}
    return {
        "description": description,
        "anyOf": [
            {"type": "array", "items": {"$ref": f"#/$defs/{kind}"}},
            {"type": "object", "additionalProperties": edits},
        ],
    }


def _edits(choices: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """An edit of an entry of a list: its parameters, all optional, and the keys of edits."""
    return {
        "anyOf": [
            {**choice, "properties": {**choice["properties"], **_EDITS}, "required": []}
            for choice in choices
        ]
    }


_NAME = {"type": "string"}

_EXPRESSION = {"type": "string", "description": "An expression, as 0.2 + 0.6 * sin(t)."}

_FIELD = {
    "type": "string",
    "description": "An expression, as 0.2 + 0.6 * sin(t), or a field, as 0.5 * luma.",
}

_EDITS: Mapping[str, Any] = {
    "at": {"description": "Add this entry at the start or end.", "enum": ["start", "end"]},
    "before": {"description": "Add this entry before the one of that name.", **_NAME},
    "after": {"description": "Add this entry after the one of that name.", **_NAME},
    "remove": {"description": "Remove the entry of this name.", "const": True},
}


def _dream(definitions: dict[str, Any]) -> dict[str, Any]:
    """The dream's settings, with the word that is allowed as its length."""
    found = _settings(DreamSettings, "dream", definitions)
    frames = found["properties"]["frames"]
    about, default = frames.pop("description"), frames.pop("default")
    whole = {"anyOf": [frames, {"const": AUDIO_LENGTH}], "description": about, "default": default}
    return {**found, "properties": {**found["properties"], "frames": whole}}


def _govern(definitions: dict[str, Any]) -> dict[str, Any]:
    found = _settings(GovernSettings, "govern", definitions)
    required = [name for name, info in GovernSettings.model_fields.items() if info.is_required()]
    return {**found, "required": required}


def _settings(table: type[BaseModel], word: str, definitions: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "description": about(table),
        "properties": _properties(table, f"{word}.", definitions),
        "additionalProperties": False,
    }


def _properties(table: type[BaseModel], inside: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of each parameter; nested definitions go to `definitions` under `inside`."""
    properties = {}
    for parameter in parameters(table):
        plain = json_schema(table.model_fields[parameter.name], f"#/$defs/{inside}{{model}}")
        for name, definition in plain.pop("$defs", {}).items():
            definitions[inside + name] = _draft7(definition)
        properties[parameter.name] = _value(parameter, _draft7(plain))
    return properties


def _plugin(plugin: type[Plugin], kind: str, definitions: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    if kind != "curve":
        properties["use"] = {"const": plugin.name, "description": about(plugin)}
    properties |= _properties(plugin, f"{kind}.{plugin.name}.", definitions)
    if plugin.controls:
        properties |= _properties(plugin.controls, f"{kind}.", definitions)
    if kind == "model":
        named = {"type": "string"}
        blend = _properties(WeightBlend, "model.weights.", definitions)
        blended = {"type": "object", "properties": blend, "additionalProperties": False}
        properties["weights"] = {
            "anyOf": [named, blended],
            "description": "The name of packaged weights, a run folder, a weights file, or a blend "
            "of several.",
        }
    required = [
        *(["use"] if kind != "curve" else []),
        *(name for name, info in plugin.model_fields.items() if info.is_required()),
    ]
    return {
        "type": "object",
        "title": plugin.name,
        "description": about(plugin),
        "properties": properties,
        "required": [] if kind in ("source", "model") else required,
        "additionalProperties": False,
    }


def _bend(kind: type[Bend], definitions: dict[str, Any]) -> dict[str, Any]:
    found = _plugin(kind, "bend", definitions)
    properties = {"operation": found["properties"].pop("use"), **found["properties"]}
    required = ["operation", *found["required"][1:]]
    return {**found, "properties": properties, "required": required}


def _value(parameter: Parameter, plain: dict[str, Any]) -> dict[str, Any]:
    schema = plain or _draft7(parameter.schema)
    if parameter.curve:
        text = _FIELD if parameter.field else _EXPRESSION
        schema = {"anyOf": [schema, text, {"$ref": "#/$defs/curve"}]}
    described = {**schema, "description": parameter.about}
    if not parameter.required and parameter.default is not None:
        described["default"] = parameter.default
    return described


def _draft7(schema: Any) -> Any:
    """Rename `prefixItems` to `items`, its name in draft 7, everywhere."""
    if isinstance(schema, list):
        return [_draft7(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    turned = {name: _draft7(part) for name, part in schema.items()}
    if "prefixItems" in turned:
        turned["items"] = turned.pop("prefixItems")
    return turned
