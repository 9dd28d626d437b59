"""Bindings: a plugin instance with the curves and fields that drive its parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from artengine.curves import Clock, Curve, CurveKinds, Scope, SignalContext
from artengine.curves.driven import CurveSet, Remembered
from artengine.curves.signal import NO_VALUES
from artengine.curves.tables import CurveTables
from artengine.masks import FilmOf, Mask, MaskSet, MaskTables, Value, View
from artengine.masks.plane import bounded, whole
from artengine.masks.tables import MASK
from artengine.params import Plugin, Problem, TableError, clamp, in_order

NO_KINDS: CurveKinds = MappingProxyType({})

PluginT = TypeVar("PluginT", bound=Plugin)


@dataclass(slots=True)
class Binding:
    """A plugin instance with the curves (numbers) and fields (planes) that drive its parameters.

    Args:
        plugin: the instance.
        curves: curves by the name of the parameter that they drive, including the controls'.
        controls: the engine's settings for the plugin, an instance of `plugin.controls`; by
            default with default values.
        kinds: the kinds of curves that `changed` and `set` accept.
        names: the named signals that curves may read; None if they are not known yet.
        masks: fields by the name of the parameter that they fill; the mask is under `mask`.
        film_of: opens the films that masks read.
    """

    plugin: Plugin
    curves: dict[str, Curve] = field(default_factory=dict)
    controls: Plugin | None = None
    kinds: CurveKinds = field(default_factory=dict)
    names: Collection[str] | None = field(default=None, compare=False)
    masks: dict[str, Mask] = field(default_factory=dict)
    film_of: FilmOf | None = field(default=None, compare=False)
    filled: MaskSet = field(init=False, compare=False)
    _driven: CurveSet = field(init=False, compare=False)

    def __post_init__(self) -> None:
        self._driven = CurveSet(self.curves)
        self.filled = MaskSet(self.masks, self.film_of)
        if self.controls is None and self.plugin.controls is not None:
            self.controls = self.plugin.controls()

    @classmethod
    def parse(
        cls,
        kind: type[Plugin],
        table: Mapping[str, Any],
        kinds: CurveKinds = NO_KINDS,
        names: Collection[str] | None = None,
        film_of: FilmOf | None = None,
    ) -> Self:
        """Check a preset's table (without `use`) and build the plugin. No curve is evaluated.

        Args:
            kind: the plugin's class.
            table: its parameters and its controls.
            kinds: the kinds of curves.
            names: the named signals that curves may read; None if they are not known yet.
            film_of: opens the films that masks read.

        Raises:
            TableError: with every mistake of the table.
        """
        problems: list[Problem] = []
        curves: dict[str, Curve] = {}
        controlled = kind.controls.model_fields if kind.controls else {}
        own, controls = dict[str, Any](), dict[str, Any]()
        for name, value in table.items():
            (controls if name in controlled else own)[name] = value
        masks = MaskTables(names, {}, problems)
        reading = CurveTables(kinds, names, curves, problems)
        plugin = reading.bound(kind, kind.automatable(), masks.fields(kind, own))
        control = None
        if kind.controls:
            masks.controls(controls)
            control = reading.bound(kind.controls, kind.controls.automatable(), controls)
        if problems or plugin is None:
            raise TableError(in_order(problems, table))
        return cls(plugin, curves, control, kinds, names, masks.masks, film_of)

    def fresh(self) -> Self:
        """Return a copy with the same parameters, curves and controls, and without any state."""
        controls = None if self.controls is None else _copy(self.controls)
        plugin = _copy(self.plugin)
        return type(self)(
            plugin,
            dict(self.curves),
            controls,
            self.kinds,
            self.names,
            dict(self.masks),
            self.film_of,
        )

    def changed(self, name: str, value: Any) -> Self:
        """Return a copy with one parameter set to a value, or to a curve in a preset's syntax.

        Raises:
            TableError: when there is no such parameter, or the value is not allowed.
        """
        table = self.plugin.model_dump(mode="json")
        if self.controls is not None:
            table |= self.controls.model_dump(mode="json")
        changed = table | {name: value}
        return self.parse(type(self.plugin), changed, self.kinds, self.names, self.film_of)

    def set(self, name: str, value: Any) -> None:
        """Set one parameter to a value, or to a curve in a preset's syntax, between two frames.

        Raises:
            TableError: when there is no such parameter, or the value is not allowed.
        """
        self.adopt(name, self.changed(name, value))

    def adopt(self, name: str, other: Self) -> None:
        """Copy one parameter's value, or its curve, from another binding of the same plugin."""
        setattr(self.holder(name), name, getattr(other.holder(name), name))
        self._driven.adopt(name, other.curves.get(name))
        self.filled.adopt(name, other.masks.get(name))

    def set_time(
        self, clock: Clock, scope: Scope | None = None, values: Mapping[str, float] = NO_VALUES
    ) -> None:
        """Set every automated parameter to its value at that time, and advance the masks.

        Args:
            clock: the film's time.
            scope: the constants of the film that curves may use; curves are compiled once per
                scope. By default derived from the clock.
            values: the values of the film's named signals.

        Raises:
            CurveError: when a curve fails, or its value is not finite and has no bounds.
        """
        if not self.curves and not self.masks:
            return
        scope = scope or Scope(clock.fps, clock.frames, tempo=clock.tempo, names=frozenset(values))
        now = SignalContext(clock, values)
        for name, value in self._driven.at(now, scope).items():
            self.holder(name).set_values({name: value})
        self.filled.advance(now, scope)

    @contextmanager
    def fields(self, view: View) -> Iterator[None]:
        """Set the parameters that have fields to their planes for the duration of the block.

        Args:
            view: the pictures that fields read.

        Raises:
            CurveError, SourceError: when a field cannot be computed.
        """
        before = {name: getattr(self.plugin, name) for name in self.masks if name != MASK}
        kind = type(self.plugin)
        try:
            for name in before:
                low, high = (clamp(kind.model_fields[name], end) for end in (-np.inf, np.inf))
                value: Value = bounded(self.filled.at(name, view), low, high)
                filling = value if isinstance(value, float) else whole(value, view.size)
                setattr(self.plugin, name, filling)
            yield
        finally:
            for name, number in before.items():
                setattr(self.plugin, name, number)

    def reset(self) -> None:
        """Clear the state of the curves and masks."""
        self._driven.reset()
        self.filled.reset()

    def state(self) -> Remembered:
        """Return the state of the curves, and of the numbers in masks, by parameter."""
        return self._driven.state() | self.filled.state()

    def restore(
        self,
        state: Mapping[str, npt.NDArray[np.generic]],
        seen: Mapping[str, npt.NDArray[np.generic]] = MappingProxyType({}),
    ) -> None:
        """Restore the state that `state`, and for masks `filled.seen`, returned."""
        driven = {name: state[name] for name in self.curves if name in state}
        self._driven.restore(driven)
        self.filled.restore(state, seen)

    def holder(self, name: str) -> Plugin:
        """Return the owner of a parameter: the plugin, or its controls."""
        if self.controls is not None and name in type(self.controls).model_fields:
            return self.controls
        return self.plugin


def _copy(plugin: PluginT) -> PluginT:
    kind = type(plugin)
    return kind(**{name: getattr(plugin, name) for name in kind.model_fields})
