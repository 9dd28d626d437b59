"""Expressions: numbers calculated from the film's time and other curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from pydantic import field_validator

from artengine.api import Curve, Expression, Param, Scope, Signal
from artengine_plugins.curves.deforum import Schedule, is_schedule


class Calculated(Curve):
    """A value calculated for each frame, as `"0.2 + 0.6 * sin(t)"`; the text alone is enough.

    `amount = "0.2 + 0.6 * kick"` reads the curve `kick` of the table `[curves]`. The table
    `{ expression = "0.2 + 0.6 * kick" }` is the same. Deforum's schedules are accepted, such as
    `"0:(1.02), 30:(1 + 0.1 * sin(t))"`; in them `t` is the frame.
    """

    name: ClassVar[str] = "expression"
    key: ClassVar[str] = "expression"

    expression: str = Param()
    """What is calculated: numbers, names such as t or beat, + - * / % **, comparisons, and, or,
    not, brackets, and functions. Or a schedule of Deforum: values by frame."""

    @field_validator("expression")
    @classmethod
    def _check(cls, given: str) -> str:
        if is_schedule(given):
            Schedule.of(given)
        else:
            Expression.of(given)
        return given

    @property
    def _read(self) -> Expression | Schedule:
        text = self.expression
        return Schedule.of(text) if is_schedule(text) else Expression.of(text)

    def values(self) -> Sequence[float]:
        """Return the values of constant expressions."""
        read = self._read
        keys = read.keys if isinstance(read, Schedule) else (read,)
        return tuple(key.constant for key in keys if key.constant is not None)

    def reads(self) -> Mapping[str, str]:
        """Return the names in it that belong to the film."""
        read = self._read
        return {} if isinstance(read, Schedule) else read.places()

    def stretched(self, share: float) -> Self:
        """Return the same expression with frames counted as in the longer film."""
        return self.model_copy(update={"expression": self._read.stretched(share)})

    def compile(self, scope: Scope) -> Signal:
        """Compile the expression."""
        return self._read.compile(scope)
