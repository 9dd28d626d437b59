"""A plugin with the curves that drive its parameters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self, TypeVar

from pydantic.fields import FieldInfo

from artengine.curves import Clock, Curve, CurveError, CurveKinds, Scope, Signal, SignalContext
from artengine.errors import did_you_mean, reason
from artengine.params import (
    Plugin,
    Problem,
    TableError,
    allowed,
    check,
    clamp,
    in_order,
    plainly,
    quoted,
)

NO_KINDS: CurveKinds = MappingProxyType({})

PluginT = TypeVar("PluginT", bound=Plugin)


@dataclass(slots=True)
class Binding:
    """A plugin's instance with the curves that drive its parameters.

    Args:
        plugin: the instance.
        curves: curves by the name of the parameter that they drive, the controls' among them.
        controls: what the engine does with the plugin, of the class that the plugin names; by
            default one that has the default values.
        kinds: the kinds of curves that `changed` and `set` take.
    """

    plugin: Plugin
    curves: dict[str, Curve] = field(default_factory=dict)
    controls: Plugin | None = None
    kinds: CurveKinds = field(default_factory=dict)
    _scope: Scope | None = field(default=None, init=False, compare=False)
    _signals: dict[str, Signal] = field(default_factory=dict, init=False, compare=False)

    def __post_init__(self) -> None:
        if self.controls is None and self.plugin.controls is not None:
            self.controls = self.plugin.controls()

    @classmethod
    def parse(
        cls, kind: type[Plugin], table: Mapping[str, Any], kinds: CurveKinds = NO_KINDS
    ) -> Self:
        """Check a preset's table (without `use`) and build the plugin. No curve is evaluated.

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
        plugin = _bound(kind, own, kinds, curves, problems)
        control = (
            _bound(kind.controls, controls, kinds, curves, problems) if kind.controls else None
        )
        if problems or plugin is None:
            raise TableError(in_order(problems, table))
        return cls(plugin, curves, control, kinds)

    def fresh(self) -> Self:
        """The same parameters, curves and controls, with none of what the plugin remembers."""
        controls = None if self.controls is None else _copy(self.controls)
        return type(self)(_copy(self.plugin), dict(self.curves), controls, self.kinds)

    def changed(self, name: str, value: Any) -> Self:
        """A copy of which one parameter has another value, or a curve as a preset writes it.

        Raises:
            TableError: when there is no such parameter, or the value is not allowed.
        """
        table = self.plugin.model_dump(mode="json")
        if self.controls is not None:
            table |= self.controls.model_dump(mode="json")
        return self.parse(type(self.plugin), table | {name: value}, self.kinds)

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
        self._signals.pop(name, None)
        if name in other.curves:
            self.curves[name] = other.curves[name]

    def set_time(self, clock: Clock, scope: Scope | None = None) -> None:
        """Give every automated parameter its value at that time.

        Args:
            clock: the film's time.
            scope: what the curves may know of the film; they are compiled once for each. By
                default what the clock tells.

        Raises:
            CurveError: when a curve fails, or its value is not finite where nothing bounds it.
        """
        if not self.curves:
            return
        scope = scope or Scope(clock.fps, clock.frames)
        if scope != self._scope:
            self._scope = scope
            self._signals.clear()
        now = SignalContext(clock)
        for name, curve in self.curves.items():
            with _naming(name, curve):
                if name not in self._signals:
                    self._signals[name] = curve.compile(scope)
                value = float(self._signals[name].at(now))
            self._holder(name).set_values({name: value})

    def remarks(self, scope: Scope) -> list[Problem]:
        """What of the curves does nothing in a film, by parameter. Raises `CurveError`."""
        found = []
        for name, curve in self.curves.items():
            with _naming(name, curve):
                found += [Problem((name,), said) for said in curve.remarks(scope)]
        return found

    def _holder(self, name: str) -> Plugin:
        """What holds a parameter: the plugin, or its controls."""
        if self.controls is not None and name in type(self.controls).model_fields:
            return self.controls
        return self.plugin


@contextmanager
def _naming(name: str, curve: Curve) -> Iterator[None]:
    """Turn any exception of a curve into a `CurveError` that names its parameter."""
    try:
        yield
    except CurveError as error:
        raise CurveError(f"{name}: {error}") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        said = reason(error, type(curve).__module__)
        raise CurveError(f"{name}: the curve failed: {said}") from error


def curve_kind(table: Mapping[str, Any], kinds: CurveKinds) -> type[Curve] | None:
    """The kind of curve whose telling key a table has."""
    return next((kind for key, kind in kinds.items() if key in table), None)


def _copy(plugin: PluginT) -> PluginT:
    kind = type(plugin)
    return kind(**{name: getattr(plugin, name) for name in kind.model_fields})


def _bound(
    kind: type[PluginT],
    table: Mapping[str, Any],
    kinds: CurveKinds,
    curves: dict[str, Curve],
    problems: list[Problem],
) -> PluginT | None:
    """Build a plugin; its curves go to `curves`, and its mistakes to `problems`."""
    plain, automatable = dict(table), kind.automatable()
    for name, given in table.items():
        if name not in automatable or not isinstance(given, Mapping):
            continue
        info = kind.model_fields[name]
        # A curve that is wrong must not be reported again as a missing parameter.
        plain[name] = _anything_legal(info)
        curve = _curve(given, kinds)
        if isinstance(curve, list):
            problems += [problem.inside(name) for problem in curve]
            continue
        try:
            with _naming(name, curve):
                values = tuple(curve.values())
        except CurveError as error:
            problems.append(Problem((), str(error)))
            continue
        problems += [
            Problem((name,), f"the curve reaches {plainly(value)}; allowed: {allowed(info)}")
            for value in dict.fromkeys(values)
            if clamp(info, value) != value
        ]
        if values and math.isfinite(values[0]):
            plain[name] = clamp(info, values[0])
        curves[name] = curve
    checked = check(kind, plain)
    if isinstance(checked, list):
        problems += checked
        return None
    return checked


def _curve(table: Mapping[str, Any], kinds: CurveKinds) -> Curve | list[Problem]:
    kind = curve_kind(table, kinds)
    if kind is not None:
        return check(kind, table)
    for key, kind in kinds.items():
        if table and not isinstance(check(kind, {key: table}), list):
            given = ", ".join(list(table)[:5]) + (", ..." if len(table) > 5 else "")
            form = quoted({key: table})
            return [Problem((), f"a table with {given} given; write it inside of {key}: {form}")]
    near = next(filter(None, (did_you_mean(key, list(kinds)) for key in table)), "")
    given = ", ".join(table) or "nothing"
    offer = f", or a table with {' or '.join(kinds)}" if kinds else ""
    return [Problem((), f"a table with {given} given{near}; allowed: a number{offer}")]


def _anything_legal(info: FieldInfo) -> float:
    return clamp(info, 0.0) if info.is_required() else info.get_default()
