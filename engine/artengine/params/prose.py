"""Describe the allowed values of a field in words and as JSON schema."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from operator import getitem
from typing import Annotated, Any

from pydantic import TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.fields import FieldInfo


def quoted(value: Any) -> str:
    """Format a value for a message: as TOML on one line, truncated to 60 characters."""
    try:
        text = _toml(value)
    except ValueError:
        # Python does not format integers of thousands of digits.
        return "a value that is too long to be shown"
    return text if len(text) <= 60 else text[:57] + "..."


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(str(key))} = {_toml(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return json.dumps(value, default=str, ensure_ascii=False)


def _key(key: str) -> str:
    # Keys such as the time "4s" are quoted, as is best in presets.
    return key if re.fullmatch(r"[A-Za-z_][\w-]*", key) else json.dumps(key, ensure_ascii=False)


def allowed(info: FieldInfo) -> str:
    """Describe the allowed values of a field, such as `a number from 0 to 1`."""
    schema = json_schema(info)
    tables = schema.get("$defs", {})

    def looked_up(option: Mapping[str, Any]) -> Any:
        return tables.get(option.get("$ref", "").rpartition("/")[2], option)

    if "anyOf" in schema:
        return _describe({"anyOf": [looked_up(option) for option in schema["anyOf"]]})
    return _describe(looked_up(schema))


def unit_of(info: FieldInfo) -> str | None:
    """Return the declared unit of a number, such as `seconds`."""
    extra = info.json_schema_extra
    return str(extra["unit"]) if isinstance(extra, Mapping) and "unit" in extra else None


def allowed_in_unit(info: FieldInfo) -> str:
    """Describe the allowed values of a field with their unit: `a number of seconds from 0 to 1`."""
    unit = unit_of(info)
    if unit is None:
        return allowed(info)
    number = f"number of {unit}".replace("number of percent", "percentage")
    return allowed(info).replace("number", number)


def json_schema(info: FieldInfo, definitions: str = "#/$defs/{model}") -> dict[str, Any]:
    """Return the JSON schema of a field's plain value; empty if JSON cannot represent it.

    Args:
        info: the field.
        definitions: template of references to the definitions of nested tables.
    """
    annotation: Any = info.annotation
    if info.metadata:
        annotation = getitem(Annotated, (annotation, *info.metadata))
    try:
        return TypeAdapter(annotation).json_schema(ref_template=definitions)
    except PydanticInvalidForJsonSchema:
        return {}


def plainly(number: float) -> str:
    """Format a number as a user would: 1 for 1.0, and all significant digits."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return str(number)


def _describe(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(json.dumps(choice, ensure_ascii=False) for choice in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "anyOf" in schema:
        # TOML has no null: a preset omits the key instead.
        options = [option for option in schema["anyOf"] if option.get("type") != "null"]
        return " or ".join(map(_describe, options))
    kind = schema.get("type")
    if kind == "array":
        if "prefixItems" in schema:
            return f"[{', '.join(map(_describe, schema['prefixItems']))}]"
        count = _span(schema, "minItems", "maxItems")
        return f"a list{f' of {count}' if count else ''}, each {_describe(schema.get('items', {}))}"
    if kind == "string":
        count = _span(schema, "minLength", "maxLength")
        length = f" of {count} characters" if count else ""
        if count == "at least 1":
            length = " that is not empty"
        pattern = f" matching {schema['pattern']}" if "pattern" in schema else ""
        return f"a text{length}{pattern}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"a table, each value {_describe(schema['additionalProperties'])}"
    if kind == "object" and schema.get("properties"):
        return f"a table of {', '.join(schema['properties'])}"
    names = {"number": "a number", "integer": "a whole number", "boolean": "true or false"}
    name = names.get(str(kind), "a table" if kind == "object" or "$ref" in schema else "a value")
    return f"{name} {_range(schema)}".strip()


def _span(schema: Mapping[str, Any], least: str, most: str) -> str:
    if least in schema and most in schema:
        same = schema[least] == schema[most]
        return f"{schema[least]}" if same else f"{schema[least]} to {schema[most]}"
    if least in schema:
        return f"at least {schema[least]}"
    return f"at most {schema[most]}" if most in schema else ""


def _range(schema: Mapping[str, Any]) -> str:
    if "minimum" in schema and "maximum" in schema:
        return f"from {plainly(schema['minimum'])} to {plainly(schema['maximum'])}"
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    limits = [f"{word} {plainly(schema[name])}" for name, word in words.items() if name in schema]
    return " and ".join(limits)
