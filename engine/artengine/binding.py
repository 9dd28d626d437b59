"""A plugin with the curves that drive its parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from artengine.curves import Clock, Curve, CurveKinds, Scope, SignalContext
from artengine.curves.driven import CurveSet, Remembered
from artengine.curves.signal import NO_VALUES
from artengine.curves.tables import CurveTables
from artengine.params import Plugin, Problem, TableError, in_order

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
        names: the named signals that curves may read; None where they are not known yet.
    """

    plugin: Plugin
    curves: dict[str, Curve] = field(default_factory=dict)
    controls: Plugin | None = None
    kinds: CurveKinds = field(default_factory=dict)
    names: Collection[str] | None = field(default=None, compare=False)
    _driven: CurveSet = field(init=False, compare=False)

    def __post_init__(self) -> None:
        self._driven = CurveSet(self.curves)
        if self.controls is None and self.plugin.controls is not None:
            self.controls = self.plugin.controls()

    @classmethod
    def parse(
        cls,
        kind: type[Plugin],
        table: Mapping[str, Any],
        kinds: CurveKinds = NO_KINDS,
        names: Collection[str] | None = None,
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
        reading = CurveTables(kinds, names, curves, problems)
        plugin = reading.bound(kind, kind.automatable(), own)
        control = None
        if kind.controls:
            control = reading.bound(kind.controls, kind.controls.automatable(), controls)
        if problems or plugin is None:
            raise TableError(in_order(problems, table))
        return cls(plugin, curves, control, kinds, names)

    def fresh(self) -> Self:
        """The same parameters, curves and controls, with none of what the plugin remembers."""
        controls = None if self.controls is None else _copy(self.controls)
        plugin = _copy(self.plugin)
        return type(self)(plugin, dict(self.curves), controls, self.kinds, self.names)

    def changed(self, name: str, value: Any) -> Self:
        """A copy of which one parameter has another value, or a curve as a preset writes it.

        Raises:
            TableError: when there is no such parameter, or the value is not allowed.
        """
        table = self.plugin.model_dump(mode="json")
        if self.controls is not None:
            table |= self.controls.model_dump(mode="json")
        return self.parse(type(self.plugin), table | {name: value}, self.kinds, self.names)

    def set(self, name: str, value: Any) -> None:
        """Give one parameter another value, or a curve as a preset writes it, between two frames.

        Raises:
            TableError: when there is no such parameter, or the value is not allowed.
        """
        self.adopt(name, self.changed(name, value))

    def adopt(self, name: str, other: Self) -> None:
        """Take one parameter's value, or its curve, from another binding of the same plugin."""
        setattr(self.holder(name), name, getattr(other.holder(name), name))
        self._driven.adopt(name, other.curves.get(name))

    def set_time(
        self, clock: Clock, scope: Scope | None = None, values: Mapping[str, float] = NO_VALUES
    ) -> None:
        """Give every automated parameter its value at that time.

        Args:
            clock: the film's time.
            scope: what the curves may know of the film; they are compiled once for each. By
                default what the clock tells.
            values: the values of the film's named signals.

        Raises:
            CurveError: when a curve fails, or its value is not finite where nothing bounds it.
        """
        if not self.curves:
            return
        scope = scope or Scope(clock.fps, clock.frames, tempo=clock.tempo, names=frozenset(values))
        for name, value in self._driven.at(SignalContext(clock, values), scope).items():
            self.holder(name).set_values({name: value})

    def reset(self) -> None:
        """Have the curves forget an earlier film."""
        self._driven.reset()

    def state(self) -> Remembered:
        """What the curves remember, by parameter."""
        return self._driven.state()

    def restore(self, state: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Have the curves remember what `state` gave out."""
        self._driven.restore(state)

    def holder(self, name: str) -> Plugin:
        """What holds a parameter: the plugin, or its controls."""
        if self.controls is not None and name in type(self.controls).model_fields:
            return self.controls
        return self.plugin


def _copy(plugin: PluginT) -> PluginT:
    kind = type(plugin)
    return kind(**{name: getattr(plugin, name) for name in kind.model_fields})
