"""Reference of a plugin's parameters for documentation and programs, from their declarations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter

from artengine.params import Plugin, allowed, attribute_help, automatable, json_schema, unit_of


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a plugin, or one value of a settings table.

    Args:
        name: its name in presets.
        about: its help.
        allowed: the allowed values, in words: "a number from 0 to 1".
        required: whether a preset must set it.
        default: its default, in JSON types.
        unit: the unit of a number, or None.
        curve: whether it accepts a curve in place of a number.
        field: whether it accepts a field, which has a number for each pixel.
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
    """Return the parameters of a plugin's class or a settings table, in declaration order."""
    curves = table.automatable() if issubclass(table, Plugin) else automatable(table)
    fields = table.takes_field() if issubclass(table, Plugin) else ()
    help_of = attribute_help(table)
    found = []
    for name, info in table.model_fields.items():
        default = None if info.is_required() else info.get_default(call_default_factory=True)
        found.append(
            Parameter(
                name=name,
                about=" ".join(help_of.get(name, "").split()),
                allowed=allowed(info),
                required=info.is_required(),
                default=TypeAdapter(Any).dump_python(default, mode="json"),
                unit=unit_of(info),
                curve=name in curves,
                field=name in fields,
                schema=json_schema(info),
            )
        )
    return tuple(found)


def all_parameters(plugin: type[Plugin]) -> tuple[Parameter, ...]:
    """Return a plugin's parameters, followed by its controls."""
    return parameters(plugin) + (parameters(plugin.controls) if plugin.controls else ())


def about(table: type[BaseModel]) -> str:
    """Return the first paragraph of a class's docstring, on one line."""
    return " ".join((table.__doc__ or "").strip().partition("\n\n")[0].split())


def describe(plugin: type[Plugin]) -> dict[str, Any]:
    """Return a plugin's complete description for programs, in JSON types."""
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
