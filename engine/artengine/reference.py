"""What a plugin's parameters are, told from their one declaration to people and programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter

from artengine.params import Plugin, allowed, attribute_help, automatable, json_schema


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a plugin, or one value of a settings table.

    Args:
        name: what presets call it.
        about: its help.
        allowed: what it takes, in words: "a number from 0 to 1".
        required: whether a preset must give it.
        default: its value otherwise, in JSON's types.
        unit: what a number counts, or None.
        curve: whether it takes a curve in place of a number.
        field: whether it takes a field, which is another number at each pixel.
        schema: JSON schema of its plain value.
    """

    name: str
    about: str
    allowed: str
    required: bool
    default: Any
    unit: str | None
    curve: bool
    field: bool
    schema: dict[str, Any]


def parameters(table: type[BaseModel]) -> tuple[Parameter, ...]:
    """The parameters of a plugin's class or a settings table, in the order of declaration."""
    curves = table.automatable() if issubclass(table, Plugin) else automatable(table)
    fields = table.takes_field() if issubclass(table, Plugin) else ()
    help_of = attribute_help(table)
    found = []
    for name, info in table.model_fields.items():
        extra = info.json_schema_extra
        default = None if info.is_required() else info.get_default(call_default_factory=True)
        found.append(
            Parameter(
                name=name,
                about=" ".join(help_of.get(name, "").split()),
                allowed=allowed(info),
                required=info.is_required(),
                default=TypeAdapter(Any).dump_python(default, mode="json"),
                unit=str(extra["unit"]) if isinstance(extra, dict) and "unit" in extra else None,
                curve=name in curves,
                field=name in fields,
                schema=json_schema(info),
            )
        )
    return tuple(found)


def all_parameters(plugin: type[Plugin]) -> tuple[Parameter, ...]:
    """A plugin's parameters, and after them those that the engine acts on itself."""
    return parameters(plugin) + (parameters(plugin.controls) if plugin.controls else ())


def about(table: type[BaseModel]) -> str:
    """The first paragraph of a class's docstring, on one line."""
    return " ".join((table.__doc__ or "").strip().partition("\n\n")[0].split())


def describe(plugin: type[Plugin]) -> dict[str, Any]:
    """Everything a program may want to know of a plugin, in JSON's types."""
    listed: Sequence[dict[str, Any]] = [asdict(each) for each in parameters(plugin)]
    controls = parameters(plugin.controls) if plugin.controls else ()
    return {
        "kind": plugin.kind,
        "name": plugin.name,
        "about": about(plugin),
        "suffixes": list(getattr(plugin, "suffixes", ())),
        "parameters": listed,
        "controls": [asdict(each) for each in controls],
    }
