"""The named signals of a film, which expressions read by name."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

import numpy as np
import numpy.typing as npt

from artengine.curves.clock import Clock
from artengine.curves.compiler import BUILT_IN
from artengine.curves.driven import CurveSet, Remembered, naming
from artengine.curves.functions import FUNCTIONS
from artengine.curves.signal import Curve, Scope, Signal, SignalContext
from artengine.curves.unknown import no_such_name
from artengine.params import CurveError, quoted

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

LONGEST_NAME = 64
"""The most characters of a curve's name."""


class NamedSignals:
    """The named signals of a film, each evaluated once for each frame.

    Args:
        curves: the preset's named curves, which may read each other in any order.
        scope: the film's properties; its `names` are set here.
        given: other signals by name; the names may have dots. Curves may read them; they read no
            curve.

    Raises:
        CurveError: when curves read each other in a circle.
    """

    def __init__(
        self,
        curves: Mapping[str, Curve],
        scope: Scope,
        given: Mapping[str, Signal] | None = None,
    ) -> None:
        self._given = dict(given or {})
        ordered = {name: curves[name] for name in in_order(curves)}
        self._curves = {name: CurveSet({name: curve}) for name, curve in ordered.items()}
        self.names = frozenset((*self._given, *ordered))
        self._scope = replace(scope.inside("curves"), names=self.names)
        self._clock: Clock | None = None
        self._values: dict[str, float] = {}

    def at(self, clock: Clock) -> Mapping[str, float]:
        """Return the value of every signal at a frame.

        Raises:
            CurveError: when one fails, or is not finite.
        """
        if clock == self._clock:
            return self._values
        values = {name: signal.at(SignalContext(clock)) for name, signal in self._given.items()}
        now = SignalContext(clock, values)
        for name, curve in self._curves.items():
            values |= curve.at(now, self._scope)
            if not math.isfinite(values[name]):
                slot = self._scope.inside(name).slot
                raise CurveError(f"{name} becomes {values[name]}; a curve must stay finite", slot)
        self._clock, self._values = clock, values
        return values

    def adopt(self, name: str, curve: Curve) -> None:
        """Replace the curve of one of the names.

        Raises:
            CurveError: when curves would read each other in a circle.
        """
        curves = {each: found.curves[each] for each, found in self._curves.items()}
        order = in_order(curves | {name: curve})
        self._curves = {each: self._curves[each] for each in order}
        self._curves[name].adopt(name, curve)

    def reset(self) -> None:
        """Discard the state of an earlier film."""
        self._clock = None
        for curve in self._curves.values():
            curve.reset()

    def state(self) -> Remembered:
        """Return the state of the signals."""
        found = {
            name: np.asarray(signal.state(), np.float64) for name, signal in self._given.items()
        }
        for curve in self._curves.values():
            found |= curve.state()
        return {name: state for name, state in found.items() if state.size}

    def restore(self, state: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Restore what `state` returned."""
        self.reset()
        for name, signal in self._given.items():
            if name in state:
                signal.restore(state[name].tolist())
        for name, curve in self._curves.items():
            curve.restore({name: state[name]} if name in state else {})


def in_order(curves: Mapping[str, Curve]) -> Sequence[str]:
    """Return the names of curves in topological order, each after those that it reads.

    Raises:
        CurveError: when there is a cycle; the message begins with one of its names.
    """
    reads = {}
    for name, curve in curves.items():
        with naming(name, curve):
            reads[name] = [read for read in curve.reads() if read in curves]
    try:
        return list(TopologicalSorter(reads).static_order())
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        shown = circle if len(circle) <= 8 else [*circle[:6], "...", circle[-1]]
        raise CurveError(
            f"{circle[0]}: goes in a circle: {' > '.join(shown)}; a curve reads its own last "
            "value as prev"
        ) from error


def name_fault(name: str) -> str:
    """Return why a curve cannot have a name; empty if it can."""
    if not _NAME.fullmatch(name):
        return f"{quoted(name)} is no name; allowed: letters, digits and _, as kick_2"
    if len(name) > LONGEST_NAME:
        return f"a name of {len(name):,} characters given; allowed: {LONGEST_NAME}"
    if name in BUILT_IN or name in FUNCTIONS:
        return f"every expression knows {name} already; choose another name"
    if name in ("use", "keys"):
        return "presets need this word themselves; choose another name"
    return ""


def read_faults(curve: Curve, names: Collection[str]) -> list[str]:
    """Return a sentence for each signal that a curve reads and a film lacks, with its place.

    Args:
        names: the film's named signals.
    """
    return [
        f"{place}: {no_such_name(name, names)}"
        for name, place in curve.reads().items()
        if name not in names
    ]
