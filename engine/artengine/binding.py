"""A plugin with the curves that drive its parameters, and the fields that fill them."""

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
    """A plugin's instance with the curves that drive its parameters, and the fields that fill them.

    Args:
        plugin: the instance.
        curves: curves by the name of the parameter that they drive, the controls' among them.
        controls: what the engine does with the plugin, of the class that the plugin names; by
            default one that has the default values.
        kinds: the kinds of curves that `changed` and `set` take.
        names: the named signals that curves may read; None where they are not known yet.
        masks: fields by the name of the parameter that they fill, and under `mask` the mask.
        film_of: what plays the files that masks read.
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
            table: its parameters and the chain's keys.
            kinds: the kinds of curves.
            names: the named signals that curves may read; None where they are not known yet.
            film_of: what plays the files that masks read.

        Raises:
            TableError: with every mistake of the table at once.
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
        """The same parameters, curves and controls, with none of what the plugin remembers."""
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
        """A copy of which one parameter has another value, or a curve as a preset writes it.

        Raises:
            TableError: when there is no such parameter, or the value is not allowed.
        """
        table = self.plugin.model_dump(mode="json")
        if self.controls is not None:
            table |= self.controls.model_dump(mode="json")
        changed = table | {name: value}
        return self.parse(type(self.plugin), changed, self.kinds, self.names, self.film_of)

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
        self.filled.adopt(name, other.masks.get(name))

    def set_time(
        self, clock: Clock, scope: Scope | None = None, values: Mapping[str, float] = NO_VALUES
    ) -> None:
        """Give every automated parameter its value at that time, and let masks know of it.

        Args:
            clock: the film's time.
            scope: what the curves may know of the film; they are compiled once for each. By
                default what the clock tells.
            values: the values of the film's named signals.

        Raises:
            CurveError: when a curve fails, or its value is not finite where nothing bounds it.
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
        """Fill the parameters that have fields, while the plugin is used.

        Args:
            view: what fields look at.

        Raises:
            CurveError, SourceError: when a field cannot be calculated.
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
        """Have the curves and masks forget an earlier film."""
        self._driven.reset()
        self.filled.reset()

    def state(self) -> Remembered:
        """What the curves, and the numbers in masks, remember, by parameter."""
        return self._driven.state() | self.filled.state()

    def restore(
        self,
        state: Mapping[str, npt.NDArray[np.generic]],
        seen: Mapping[str, npt.NDArray[np.generic]] = MappingProxyType({}),
    ) -> None:
        """Have the curves and masks remember what `state`, and of masks `filled.seen`, gave out."""
        driven = {name: state[name] for name in self.curves if name in state}
        self._driven.restore(driven)
        self.filled.restore(state, seen)

    def holder(self, name: str) -> Plugin:
        """What holds a parameter: the plugin, or its controls."""
        if self.controls is not None and name in type(self.controls).model_fields:
            return self.controls
        return self.plugin


def _copy(plugin: PluginT) -> PluginT:
    kind = type(plugin)
    return kind(**{name: getattr(plugin, name) for name in kind.model_fields})
