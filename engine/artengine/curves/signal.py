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
"""The key of the kind of curve that a text in place of a number is."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a curve may know of a film before the film's first frame.

    Args:
        fps: frames a second, above 0.
        frames: how many frames the film will have, or None when it has no end.
        seed: the film's seed.
        tempo: where the film's beats fall.
        names: the film's named signals, whose values a `SignalContext` holds.
        slot: what the curve drives, as `feedback/noise/0/amount`. Random numbers of a curve belong
            to its slot.
    """

    fps: float
    frames: int | None = None
    seed: int = 0
    tempo: Tempo = STEADY
    names: frozenset[str] = frozenset()
    slot: str = ""

    def inside(self, slot: str) -> Scope:
        """The same for something inside of the slot."""
        return replace(self, slot=f"{self.slot}/{slot}" if self.slot else slot)


@dataclass(frozen=True, slots=True)
class SignalContext:
    """What a signal may know of now.

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
        """Return the value now. It is kept inside the parameter's bounds.

        It is asked once for each frame, in order; after `restore`, from the frame that follows.
        """

    def state(self) -> Sequence[float]:
        """What it remembers from frame to frame; nothing where the value depends on now alone."""
        return ()

    def restore(self, state: Sequence[float]) -> None:
        """Remember what `state` gave out; one that remembers nothing is not asked."""
        raise NotImplementedError


class Curve(Plugin):
    """Base of curves. Its parameters are the keys of the table that a preset writes.

    A preset is checked without compiling any curve: `values` alone gives the numbers to be checked,
    and `reads` the names.
    """

    kind: ClassVar[str] = "curve"

    key: ClassVar[str]
    """The parameter by which a preset's table is told to be this kind of curve; a required one."""

    @abstractmethod
    def compile(self, scope: Scope) -> Signal:
        """Make a signal for one film. Files are read here, and not before.

        Raises:
            CurveError: when it cannot be made for that film.
        """

    def values(self) -> Sequence[float]:
        """Values that the preset gives, in its order, to be checked against a parameter's bounds.

        The parameter has the first of them until the film begins.
        """
        return ()

    def reads(self) -> Mapping[str, str]:
        """The named signals that it reads, each with the place where the name is written.

        A name that the film does not have is a mistake of the preset at that place.
        """
        return {}

    def stretched(self, share: float) -> Self:
        """The same curve in a film in which frame n of this one is frame `share * n`.

        Only times that are given in frames change; seconds, beats and shares of the film stay.
        """
        return self

    def remarks(self, scope: Scope) -> Sequence[str]:
        """Say what of the curve does nothing in that film, or may be meant otherwise."""
        return ()


CurveKinds: TypeAlias = Mapping[str, type[Curve]]
"""Kinds of curves by their telling key."""
