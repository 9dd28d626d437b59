"""Curves: a parameter's value over time.

A preset writes a curve as a table in place of a number. One key of that table tells its kind:
`keys` makes keyframes. Every kind is a plugin, and works for every automatable parameter.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, TypeAlias

from artengine.params import CurveError, Plugin

__all__ = ["Clock", "Curve", "CurveError", "CurveKinds", "Scope", "Signal", "SignalContext"]


@dataclass(frozen=True, slots=True)
class Clock:
    """A point in a film's time.

    Args:
        index: frames since the film's first, 0 or more.
        fps: frames a second, above 0.
        frames: how many frames the film will have, or None when it has no end.
    """

    index: int
    fps: float
    frames: int | None = None

    @property
    def seconds(self) -> float:
        """Seconds since the film's first frame."""
        return self.index / self.fps

    @property
    def progress(self) -> float:
        """Share of the film that has passed, 0 at its first frame and 1 at its last."""
        if self.frames is None or self.frames < 2:
            return 0.0
        return min(1.0, self.index / (self.frames - 1))


@dataclass(frozen=True, slots=True)
class Scope:
    """What a curve may know of a film before the film's first frame.

    Args:
        fps: frames a second, above 0.
        frames: how many frames the film will have, or None when it has no end.
        seed: the film's seed.
    """

    fps: float
    frames: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class SignalContext:
    """What a signal may know of now.

    Args:
        clock: the film's time.
    """

    clock: Clock


class Signal(ABC):
    """A curve that was compiled for one film."""

    @abstractmethod
    def at(self, now: SignalContext) -> float:
        """Return the value now. It is kept inside the parameter's bounds."""


class Curve(Plugin):
    """Base of curves. Its parameters are the keys of the table that a preset writes.

    A preset is checked without compiling any curve: `values` alone gives the numbers to be checked.
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

    def stretched(self, share: float) -> Self:
        """The same curve in a film in which frame n of this one is frame `share * n`.

        Only times that are given in frames change; seconds and shares of the film stay.
        """
        return self

    def remarks(self, scope: Scope) -> Sequence[str]:
        """Say what of the curve does nothing in that film, or may be meant otherwise."""
        return ()


CurveKinds: TypeAlias = Mapping[str, type[Curve]]
"""Kinds of curves by their telling key."""
