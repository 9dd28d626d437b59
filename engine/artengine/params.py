"""Parameters: declared once on a plugin, checked here for every preset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from artengine.curves import Clock, Curve, CurveError, parse_curve
from artengine.errors import did_you_mean

Checked = TypeVar("Checked", bound=BaseModel)

type_names = MappingProxyType(
    {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}
)


def Param(  # noqa: N802 - reads as a declaration, like pydantic's Field
    default: Any = PydanticUndefined,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
    unit: str | None = None,
    path: bool = False,
    automatable: bool | None = None,
) -> Any:
    """Declare a plugin's parameter.

    Args:
        default: value when a preset says nothing; without one the parameter must be given.
        ge, gt, le, lt: bounds of a number.
        min_length, max_length: bounds of a text's or list's length.
        pattern: regular expression a text must match.
        unit: what the number counts ("pixels", "seconds", "degrees a frame"), for the docs.
        path: whether a text names a file or folder to read. The engine resolves it against the
            preset's folder, and refuses one that a preset may not read.
        automatable: whether a number may be a curve; by default as the plugin's class says.

    Returns:
        A pydantic field. The docstring under the field is its help.
    """
    extra = {"unit": unit, "path": path or None, "automatable": automatable}
    bounds = {"ge": ge, "gt": gt, "le": le, "lt": lt, "pattern": pattern}
    lengths = {"min_length": min_length, "max_length": max_length}
    given = {name: value for name, value in (bounds | lengths).items() if value is not None}
    return Field(
        default,
        json_schema_extra={name: value for name, value in extra.items() if value is not None},
        **given,
    )


class Plugin(BaseModel):
    """A thing a preset can name with `use`: its fields are its parameters."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        validate_default=True,
        arbitrary_types_allowed=True,
        protected_namespaces=(),
    )

    name: ClassVar[str]
    """What presets call it: lower case, words joined by hyphens."""

    kind: ClassVar[str]
    """`source`, `model`, `effect` or `writer`."""

    automates: ClassVar[bool] = False
    """Whether this kind's numbers may be curves unless a parameter says otherwise."""

    @classmethod
    def automatable(cls) -> frozenset[str]:
        """Names of the parameters that take a curve in place of a number."""
        return frozenset(name for name, info in cls.model_fields.items() if _takes_curve(cls, info))

    def set_values(self, values: Mapping[str, float]) -> None:
        """Give automatable parameters plain values, kept inside their bounds."""
        for name, value in values.items():
            setattr(self, name, clamp(type(self).model_fields[name], value))


def _takes_curve(cls: type[Plugin], info: FieldInfo) -> bool:
    extra = info.json_schema_extra
    marked = extra.get("automatable") if isinstance(extra, Mapping) else None
    return info.annotation in (float, int) and bool(cls.automates if marked is None else marked)


def is_path(info: FieldInfo) -> bool:
    """Whether a field names a file or folder to read."""
    extra = info.json_schema_extra
    return isinstance(extra, Mapping) and bool(extra.get("path"))


def bounds(info: FieldInfo) -> dict[str, float]:
    """Bounds of a field: any of `ge`, `gt`, `le`, `lt`."""
    found: dict[str, float] = {}
    for entry in info.metadata:
        for name in ("ge", "gt", "le", "lt"):
            value = getattr(entry, name, None)
            if value is not None:
                found[name] = value
    return found


def clamp(info: FieldInfo, value: float) -> float:
    """Keep a number inside a field's bounds; whole-number fields are rounded."""
    limits = bounds(info)
    value = max(value, limits.get("ge", limits.get("gt", value)))
    value = min(value, limits.get("le", limits.get("lt", value)))
    return round(value) if info.annotation is int else value


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a table: where it is, and what to do."""

    place: tuple[str | int, ...]
    text: str

    def inside(self, *place: str | int) -> Problem:
        """The same mistake seen from an outer table."""
        return Problem((*place, *self.place), self.text)

    def __str__(self) -> str:
        where = ""
        for part in self.place:
            where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else str(part)
        return f"{where}: {self.text}" if where else self.text


class TableError(ValueError):
    """A table does not fit what it describes; holds every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


@dataclass(frozen=True, slots=True)
class Automated:
    """A plugin's instance with the curves that drive its parameters."""

    plugin: Plugin
    curves: Mapping[str, Curve] = field(default_factory=dict)

    @classmethod
    def parse(cls, kind: type[Plugin], table: Mapping[str, Any]) -> Self:
        """Check a preset's table (without `use`) and build the plugin.

        Raises:
            TableError: with every mistake of the table at once.
        """
        plain, curves, problems = dict(table), {}, []
        for name in kind.automatable() & table.keys():
            if not isinstance(table[name], Mapping):
                continue
            del plain[name]
            try:
                curve = parse_curve(table[name])
            except CurveError as error:
                problems.append(Problem((name,), str(error)))
                continue
            info = kind.model_fields[name]
            outside = [v for v in curve.values() if clamp(info, v) != v]
            problems += [
                Problem((name,), f"the curve reaches {v:g}; allowed: {allowed(info)}")
                for v in outside
            ]
            start = curve.at(Clock(0, 1.0))
            plain[name] = clamp(info, start)
            curves[name] = curve
        checked = check(kind, plain)
        if isinstance(checked, list) or problems:
            raise TableError(problems + (checked if isinstance(checked, list) else []))
        return cls(checked, curves)

    def set_time(self, clock: Clock) -> None:
        """Give every automated parameter its value at that time."""
        if self.curves:
            self.plugin.set_values({name: curve.at(clock) for name, curve in self.curves.items()})


def check(kind: type[Checked], table: Mapping[str, Any]) -> Checked | list[Problem]:
    """Build a pydantic model from a TOML table, or list every mistake in it."""
    try:
        # JSON mode is what makes strict checks fit TOML: lists become tuples, but 1 is not true.
        return kind.model_validate_json(json.dumps(table, default=str), strict=True)
    except ValidationError as error:
        return [_problem(kind, details) for details in error.errors()]


def _problem(kind: type[BaseModel], details: Any) -> Problem:
    place = tuple(part for part in details["loc"])
    name = str(place[0]) if place else ""
    info = kind.model_fields.get(name)
    if details["type"] == "extra_forbidden":
        known = list(kind.model_fields)
        allowed_names = f"; allowed: {', '.join(known)}" if known else "; it takes no parameters"
        return Problem(place, f"unknown{did_you_mean(name, known)}{allowed_names}")
    if info is None:
        return Problem(place, details["msg"].removeprefix("Value error, ").lower())
    if details["type"] == "missing":
        return Problem(place, f"missing; it must be {allowed(info)}")
    if details["type"] == "value_error":
        return Problem(place, details["msg"].removeprefix("Value error, "))
    given = json.dumps(details["input"], default=str)
    if len(given) > 60:
        given = given[:57] + "..."
    near = ""
    if isinstance(details["input"], str):
        near = did_you_mean(details["input"], [str(c) for c in get_args(info.annotation)])
    return Problem(place, f"{given} given{near}; allowed: {allowed(info)}")


def allowed(info: FieldInfo) -> str:
    """Say in words what a field takes, as `a number from 0 to 1`."""
    annotation: Any = info.annotation
    if annotation in type_names:
        text = type_names[annotation]
    else:
        text = _describe(TypeAdapter(annotation).json_schema())
    limits = bounds(info)
    if "ge" in limits and "le" in limits:
        return f"{text} from {limits['ge']:g} to {limits['le']:g}"
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    said = [f"{words[name]} {limit:g}" for name, limit in limits.items()]
    return " ".join([text, " and ".join(said)]).strip()


def _describe(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f'"{choice}"' for choice in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "anyOf" in schema:
        return " or ".join(_describe(option) for option in schema["anyOf"] if option)
    if "prefixItems" in schema:
        return f"[{', '.join(_describe(item) for item in schema['prefixItems'])}]"
    if schema.get("type") == "array":
        return f"a list of {_describe(schema.get('items', {}))}"
    names = {"number": "a number", "integer": "a whole number", "string": "a text"}
    names |= {"boolean": "true or false", "null": "nothing", "object": "a table"}
    return names.get(str(schema.get("type")), "a value")
