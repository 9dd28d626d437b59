"""Kinds of curves, and the signals that they are compiled to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import ClassVar, Self, TypeAlias

from artengine.curves.clock import STEADY, Clock, Tempo
from artengine.params import Plugin

NO_VALUES: Mapping[str, float] = MappingProxyType({})

TEXT = "expression"
"""The key of the kind of curve that a preset writes as a text in place of a number."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The properties of a film that a curve may use before the film's first frame.

    Args:
        fps: frames a second, above 0.
        frames: the number of frames of the film, or None if it has no end.
        seed: the film's seed.
        tempo: the times of the film's beats.
        names: the film's named signals, whose values a `SignalContext` holds.
        slot: the parameter that the curve drives, such as `feedback/noise/0/amount`. It seeds the
            curve's random numbers.
    """

    fps: float
    frames: int | None = None
    seed: int = 0
    tempo: Tempo = STEADY
    names: frozenset[str] = frozenset()
    slot: str = ""

    def inside(self, slot: str) -> Scope:
        """Return the same scope for a slot inside of this one."""
        return replace(self, slot=f"{self.slot}/{slot}" if self.slot else slot)


@dataclass(frozen=True, slots=True)
class SignalContext:
    """The input of a signal at one frame.

    Args:
        clock: the film's time.
        values: the values of the film's named signals at this frame.
    """

    clock: Clock
    values: Mapping[str, float] = field(default_factory=dict)


class Signal(ABC):
    """A curve that was compiled for one film."""

    @abstractmethod
    def at(self, now: SignalContext) -> float:
        """Return the current value. It is clamped to the parameter's bounds.

        It is called once for each frame, in order; after `restore`, from the next frame on.
        """

    def state(self) -> Sequence[float]:
        """Return the state kept from frame to frame; empty if the value depends only on `now`."""
        return ()

    def restore(self, state: Sequence[float]) -> None:
        """Restore what `state` returned; not called for an empty state."""
        raise NotImplementedError


class Curve(Plugin):
    """Base of curves. Its parameters are the keys of the table that a preset writes.

    A preset is checked without compiling any curve: `values` returns the numbers to check, and
    `reads` the names.
    """

    kind: ClassVar[str] = "curve"

    key: ClassVar[str]
    """The required parameter whose key in a preset's table selects this kind of curve."""

    @abstractmethod
    def compile(self, scope: Scope) -> Signal:
        """Compile a signal for one film. Files are read here, and not before.

        Raises:
            CurveError: when it cannot be compiled for that film.
        """

    def values(self) -> Sequence[float]:
        """Return the values that the preset gives, in order, to check against the bounds.

        The parameter has the first of them until the film begins.
        """
        return ()

    def reads(self) -> Mapping[str, str]:
        """Return the named signals that it reads, each with the place where the name is written.

        A name that the film does not have is reported as a mistake at that place.
        """
        return {}

    def stretched(self, share: float) -> Self:
        """Return the equivalent curve for a film whose frame `share * n` is frame n of this one.

        Only times in frames change; seconds, beats and shares of the film stay.
        """
        return self

    def remarks(self, scope: Scope) -> Sequence[str]:
        """Return remarks on parts of the curve that have no effect or look like mistakes."""
        return ()


CurveKinds: TypeAlias = Mapping[str, type[Curve]]
"""Kinds of curves by their `key`."""
