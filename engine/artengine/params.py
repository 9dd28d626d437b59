"""Parameters: declared once on a plugin, checked here for every preset."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from operator import getitem
from types import MappingProxyType, UnionType
from typing import Annotated, Any, ClassVar, Self, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from artengine.curves import Clock, Curve, CurveError, is_curve, parse_curve
from artengine.errors import did_you_mean

Checked = TypeVar("Checked", bound=BaseModel)
PluginT = TypeVar("PluginT", bound="Plugin")


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
    return Field(
        default,
        ge=ge,
        gt=gt,
        le=le,
        lt=lt,
        min_length=min_length,
        max_length=max_length,
        pattern=pattern,
        json_schema_extra={name: value for name, value in extra.items() if value is not None},
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

    controls: ClassVar[type[Plugin] | None] = None
    """Keys of a preset's table that the engine acts on itself, beside the plugin's parameters."""

    reserved: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Words that no parameter may have as its name, with the message where a preset gives one."""

    @classmethod
    def automatable(cls) -> frozenset[str]:
        """Names of the parameters that take a curve in place of a number."""
        return frozenset(name for name, info in cls.model_fields.items() if _takes_curve(cls, info))

    def set_values(self, values: Mapping[str, float]) -> None:
        """Give automatable parameters plain values, kept inside their bounds.

        Raises:
            CurveError: when a value is not a number, or infinite where nothing bounds it.
        """
        for name, value in values.items():
            info = type(self).model_fields[name]
            kept = clamp(info, value)
            if not math.isfinite(kept):
                raise CurveError(f"{name} becomes {kept}; a curve must stay finite")
            # A bound is often written as a whole number; what is set is what the field declares.
            setattr(self, name, int(kept) if info.annotation is int else float(kept))


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
    """Keep a number inside a field's bounds; whole-number fields are rounded.

    Beside a bound that may not be reached itself the value stays a millionth away.
    """
    whole = info.annotation is int
    if whole and math.isfinite(value):
        value = round(value)
    for name, limit in bounds(info).items():
        if name in ("gt", "lt"):
            step = 1.0 if whole else 1e-6 * max(1.0, abs(limit))
            limit = limit + step if name == "gt" else limit - step  # noqa: PLW2901
        if name in ("ge", "gt") and value < limit:
            value = math.ceil(limit) if whole else limit
        elif name in ("le", "lt") and value > limit:
            value = math.floor(limit) if whole else limit
    return value


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
class Binding:
    """A plugin's instance with the curves that drive its parameters.

    Args:
        plugin: the instance.
        curves: curves by the name of the parameter that they drive, the controls' among them.
        controls: what the engine does with the plugin, of the class that the plugin names; by
            default one that has the default values.
    """

    plugin: Plugin
    curves: dict[str, Curve] = field(default_factory=dict)
    controls: Plugin | None = None

    def __post_init__(self) -> None:
        if self.controls is None and self.plugin.controls is not None:
            object.__setattr__(self, "controls", self.plugin.controls())

    @classmethod
    def parse(cls, kind: type[Plugin], table: Mapping[str, Any]) -> Self:
        """Check a preset's table (without `use`) and build the plugin.

        Raises:
            TableError: with every mistake of the table at once.
        """
        problems = [
            Problem((name,), kind.reserved[name]) for name in table if name in kind.reserved
        ]
        curves: dict[str, Curve] = {}
        controlled = kind.controls.model_fields if kind.controls else {}
        own, controls = dict[str, Any](), dict[str, Any]()
        for name, value in table.items():
            if name not in kind.reserved:
                (controls if name in controlled else own)[name] = value
        plugin = _bound(kind, own, curves, problems)
        control = _bound(kind.controls, controls, curves, problems) if kind.controls else None
        if problems or plugin is None:
            raise TableError(_in_order(problems, table))
        return cls(plugin, curves, control)

    def fresh(self) -> Self:
        """The same parameters, curves and controls, with none of what the plugin remembers."""
        controls = None if self.controls is None else _copy(self.controls)
        return type(self)(_copy(self.plugin), dict(self.curves), controls)

    def changed(self, name: str, value: Any) -> Self:
        """A copy of which one parameter has another value, or a curve as a preset writes it.

        Raises:
            TableError: when there is no such parameter, or the value is not allowed.
        """
        table = self.plugin.model_dump(mode="json")
        if self.controls is not None:
            table |= self.controls.model_dump(mode="json")
        return self.parse(type(self.plugin), table | {name: value})

    def set(self, name: str, value: Any) -> None:
        """Give one parameter another value, or a curve as a preset writes it, between two frames.

        Raises:
            TableError: when there is no such parameter, or the value is not allowed.
        """
        self.adopt(name, self.changed(name, value))

    def adopt(self, name: str, other: Self) -> None:
        """Take one parameter's value, or its curve, from another binding of the same plugin."""
        setattr(self._holder(name), name, getattr(other._holder(name), name))
        self.curves.pop(name, None)
        if name in other.curves:
            self.curves[name] = other.curves[name]

    def set_time(self, clock: Clock) -> None:
        """Give every automated parameter its value at that time. Raises `CurveError`."""
        for name, curve in self.curves.items():
            self._holder(name).set_values({name: curve.at(clock)})

    def _holder(self, name: str) -> Plugin:
        """What holds a parameter: the plugin, or its controls."""
        if self.controls is not None and name in type(self.controls).model_fields:
            return self.controls
        return self.plugin


def _copy(plugin: PluginT) -> PluginT:
    kind = type(plugin)
    return kind(**{name: getattr(plugin, name) for name in kind.model_fields})


def _bound(
    kind: type[PluginT],
    table: Mapping[str, Any],
    curves: dict[str, Curve],
    problems: list[Problem],
) -> PluginT | None:
    """Build a plugin; its curves go to `curves`, and its mistakes to `problems`."""
    plain, automatable = dict(table), kind.automatable()
    for name in [given for given in table if given in automatable]:
        if not isinstance(table[name], Mapping):
            continue
        info = kind.model_fields[name]
        # A curve that is wrong must not be reported again as a missing parameter.
        plain[name] = _anything_legal(info)
        try:
            curve = parse_curve(table[name])
            start = curve.at(Clock(0, 1.0))
        except CurveError as error:
            problems.append(Problem((name,), str(error)))
            continue
        problems += [
            Problem((name,), f"the curve reaches {plainly(value)}; allowed: {allowed(info)}")
            for value in dict.fromkeys(curve.values())
            if clamp(info, value) != value
        ]
        if math.isfinite(start):
            plain[name] = clamp(info, start)
        curves[name] = curve
    checked = check(kind, plain)
    if isinstance(checked, list):
        problems += checked
        return None
    return checked


def _anything_legal(info: FieldInfo) -> float:
    return clamp(info, 0.0) if info.is_required() else info.get_default()


def check(kind: type[Checked], table: Mapping[str, Any]) -> Checked | list[Problem]:
    """Build a pydantic model from a TOML table, or list every mistake in it."""
    try:
        # JSON mode is what makes strict checks fit TOML: lists become tuples, but 1 is not true.
        return kind.model_validate_json(json.dumps(table, default=_plain), strict=True)
    except ValidationError as error:
        problems = [
            problem for details in error.errors() for problem in _problems(kind, table, details)
        ]
        # A field of several types is refused once for each of them.
        return _in_order(list(dict.fromkeys(problems)), table)


def _plain(value: Any) -> int | float | str:
    """What Python's own callers may give beside what TOML has: numpy's numbers, paths."""
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else str(value)


def _in_order(problems: list[Problem], table: Mapping[str, Any]) -> list[Problem]:
    """Sort mistakes as a reader of the table meets them; what is missing comes last."""
    places = {name: index for index, name in enumerate(table)}
    return sorted(
        problems,
        key=lambda problem: places.get(str(problem.place[0]) if problem.place else "", len(places)),
    )


def _problems(kind: type[BaseModel], table: Mapping[str, Any], details: Any) -> list[Problem]:
    name = str(details["loc"][0]) if details["loc"] else ""
    inner = _inner_table(kind.model_fields.get(name))
    if inner is not None and isinstance(table.get(name), Mapping):
        found = check(inner, table[name])
        if isinstance(found, list):
            return [problem.inside(name) for problem in found]
    return [_problem(kind, table, details)]


def _inner_table(info: FieldInfo | None) -> type[BaseModel] | None:
    """The table that a field takes, alone or in place of a plain value."""
    for option in _options(info.annotation) if info else ():
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None


def _options(annotation: Any) -> tuple[Any, ...]:
    """The types of a union, or the one that is none."""
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _problem(kind: type[BaseModel], table: Mapping[str, Any], details: Any) -> Problem:
    loc: tuple[str | int, ...] = details["loc"]
    said = details["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if not loc:
        return Problem((), said)
    name, known = str(loc[0]), list(kind.model_fields)
    if issubclass(kind, Plugin) and kind.controls:
        known += kind.controls.model_fields
    info = kind.model_fields.get(name)
    if info is None:
        offer = f"allowed: {', '.join(known)}" if known else "there are no parameters"
        return Problem((name,), f"unknown{did_you_mean(name, known)}; {offer}")
    if name not in table:
        return Problem((name,), f"missing; it must be {allowed(info)}")
    place, given = _walk(table, loc)
    if details["type"] in ("value_error", "assertion_error"):
        return Problem(place, said)
    if is_curve(given):
        return Problem(place, f"a curve given; allowed: {allowed(info)}, the same throughout")
    near = ""
    if isinstance(given, str):
        choices = [choice for option in _options(info.annotation) for choice in get_args(option)]
        near = did_you_mean(given, [choice for choice in choices if isinstance(choice, str)])
    return Problem(place, f"{shown(given)} given{near}; allowed: {allowed(info)}")


def _walk(
    table: Mapping[str, Any], loc: tuple[str | int, ...]
) -> tuple[tuple[str | int, ...], Any]:
    """Follow a pydantic location as far as the table goes; it also names types and tags."""
    place: tuple[str | int, ...] = ()
    value: Any = table
    for part in loc:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            break
        place += (part,)
    return place, value


def shown(value: Any) -> str:
    """Write a value for a message: as JSON, cut where it is long."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def allowed(info: FieldInfo) -> str:
    """Say in words what a field takes, as `a number from 0 to 1`."""
    schema = json_schema(info)
    tables = schema.get("$defs", {})

    def looked_up(option: Mapping[str, Any]) -> Any:
        return tables.get(option.get("$ref", "").rpartition("/")[2], option)

    if "anyOf" in schema:
        return _describe({"anyOf": [looked_up(option) for option in schema["anyOf"]]})
    return _describe(looked_up(schema))


def json_schema(info: FieldInfo, definitions: str = "#/$defs/{model}") -> dict[str, Any]:
    """JSON schema of a field's plain value, empty for one that JSON cannot hold.

    Args:
        info: the field.
        definitions: where the schema points to the definitions of nested tables.
    """
    annotation: Any = info.annotation
    if info.metadata:
        annotation = getitem(Annotated, (annotation, *info.metadata))
    try:
        return TypeAdapter(annotation).json_schema(ref_template=definitions)
    except PydanticInvalidForJsonSchema:
        return {}


def plainly(number: float) -> str:
    """Write a number as a person would: 1 for 1.0, and every digit that counts."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return str(number)


def _describe(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(json.dumps(choice, ensure_ascii=False) for choice in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "anyOf" in schema:
        # A preset leaves out what is to be nothing; TOML cannot write it.
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
        pattern = f" matching {schema['pattern']}" if "pattern" in schema else ""
        return f"a text{length}{pattern}"
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
    said = [f"{word} {plainly(schema[name])}" for name, word in words.items() if name in schema]
    return " and ".join(said)
