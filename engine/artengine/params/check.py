"""Validate a preset's table against a declaration."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from numbers import Integral, Real
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from artengine.errors import did_you_mean, reason
from artengine.params.declaration import Plugin
from artengine.params.problem import Problem
from artengine.params.prose import allowed_in_unit, quoted

_SIZE = re.compile(r"(\d{1,9})[xX](\d{1,9})")
"""A width and height in the form of command lines, such as 640x360."""

Checked = TypeVar("Checked", bound=BaseModel)


def check(kind: type[Checked], table: Mapping[str, Any]) -> Checked | list[Problem]:
    """Build a pydantic model from a TOML table, or list every mistake in it."""
    try:
        # Strict checks in JSON mode suit TOML: lists become tuples, but 1 does not become true.
        return kind.model_validate_json(json.dumps(table, default=_plain), strict=True)
    except ValidationError as error:
        problems = [
            problem for details in error.errors() for problem in _problems(kind, table, details)
        ]
        # A field of a union type is rejected once for each member.
        return in_order(list(dict.fromkeys(problems)), table)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # A plugin's validator may raise anything; pydantic only catches ValueError and similar.
        return [Problem((), f"it cannot be checked: {reason(error, kind.__module__)}")]


def _plain(value: Any) -> int | float | str:
    """Convert values from Python callers that TOML does not have: numpy numbers, paths."""
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else str(value)


def in_order(problems: list[Problem], table: Mapping[str, Any]) -> list[Problem]:
    """Sort mistakes in the order of the table's keys; missing keys come last."""
    places = {name: index for index, name in enumerate(table)}

    def order(problem: Problem) -> int:
        return places.get(str(problem.address[0]) if problem.address else "", len(places))

    return sorted(problems, key=order)


def _problems(kind: type[BaseModel], table: Mapping[str, Any], details: Any) -> list[Problem]:
    name = str(details["loc"][0]) if details["loc"] else ""
    inner = _inner_table(kind.model_fields.get(name))
    if inner is not None and isinstance(table.get(name), Mapping):
        found = check(inner, table[name])
        if isinstance(found, list):
            return [problem.inside(name) for problem in found]
    return [_problem(kind, table, details)]


def _inner_table(info: FieldInfo | None) -> type[BaseModel] | None:
    """The nested table type of a field, if its type is or includes one."""
    for option in _options(info.annotation) if info else ():
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None


def _options(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, or the type itself."""
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _problem(kind: type[BaseModel], table: Mapping[str, Any], details: Any) -> Problem:
    loc: tuple[str | int, ...] = details["loc"]
    message = details["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if not loc:
        return Problem((), message)
    name, known = str(loc[0]), list(kind.model_fields)
    if issubclass(kind, Plugin) and kind.controls:
        known += kind.controls.model_fields
    info = kind.model_fields.get(name)
    if info is None:
        offer = f"allowed: {', '.join(known)}" if known else "there are no parameters"
        return Problem((name,), f"unknown{did_you_mean(name, known)}; {offer}")
    if name not in table:
        return Problem((name,), f"missing; it must be {allowed_in_unit(info)}")
    address, given = _walk(table, loc)
    if details["type"] in ("value_error", "assertion_error"):
        return Problem(address, message)
    if isinstance(given, Mapping) and info.annotation in (int, float):
        return Problem(
            address, f"a curve given; allowed: {allowed_in_unit(info)}, the same throughout"
        )
    near, example = "", ", such as [640, 360]" if len(address) == 1 and _is_size(info) else ""
    if example and type(given) is int and given > 0:
        near = f" (did you mean [{given}, {given}]?)"
    if isinstance(given, str):
        choices = [choice for option in _options(info.annotation) for choice in get_args(option)]
        near = did_you_mean(given, [choice for choice in choices if isinstance(choice, str)])
        size = _SIZE.fullmatch(given.strip())
        if size and example:
            near = f" (did you mean [{size[1]}, {size[2]}]?)"
    return Problem(
        address, f"{quoted(given)} given{near}; allowed: {allowed_in_unit(info)}{example}"
    )


def _is_size(info: FieldInfo) -> bool:
    """Return whether a field takes a width and height."""
    pairs = [get_args(each) for each in _options(info.annotation) if get_origin(each) is tuple]
    return any(
        len(pair) == 2 and all(getattr(side, "__origin__", side) is int for side in pair)
        for pair in pairs
    )


def _walk(
    table: Mapping[str, Any], loc: tuple[str | int, ...]
) -> tuple[tuple[str | int, ...], Any]:
    """Follow a pydantic location into the table; locations also contain types and tags."""
    address: tuple[str | int, ...] = ()
    value: Any = table
    for part in loc:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            break
        address += (part,)
    return address, value
