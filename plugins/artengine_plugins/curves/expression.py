"""Expressions: numbers calculated from the film's time and other curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from pydantic import field_validator

from artengine.api import Curve, Expression, Param, Scope, Signal


class Calculated(Curve):
    """A value calculated for each frame, as `"0.2 + 0.6 * sin(t)"`; a text alone is enough.

    `amount = "0.2 + 0.6 * kick"` reads the curve `kick` of the table `[curves]`. The table
    `{ expression = "0.2 + 0.6 * kick" }` is the same.
    """

    name: ClassVar[str] = "expression"
    key: ClassVar[str] = "expression"

    expression: str = Param()
    """What is calculated: numbers, names such as t or beat, + - * / % **, comparisons, and, or,
    not, brackets, and functions."""

    @field_validator("expression")
    @classmethod
    def _check(cls, given: str) -> str:
        Expression.of(given)
        return given

    @property
    def _read(self) -> Expression:
        return Expression.of(self.expression)

    def values(self) -> Sequence[float]:
        """The value of an expression that never changes."""
        constant = self._read.constant
        return () if constant is None else (constant,)

    def reads(self) -> Mapping[str, str]:
        """The names in it that are the film's own."""
        return self._read.places()

    def stretched(self, share: float) -> Self:
        """The same with frames counted as in the longer film."""
        return self.model_copy(update={"expression": self._read.stretched(share)})

    def compile(self, scope: Scope) -> Signal:
        """Compile the expression."""
        return self._read.compile(scope)
