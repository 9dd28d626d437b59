"""Tables of a preset in which curves stand in place of numbers."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from artengine.curves.driven import naming
from artengine.curves.named import read_faults
from artengine.curves.signal import TEXT, Curve, CurveKinds
from artengine.errors import did_you_mean
from artengine.params import (
    CurveError,
    Problem,
    allowed_in_unit,
    any_legal,
    check,
    clamp,
    kept,
    plainly,
    quoted,
)

TableT = TypeVar("TableT", bound=BaseModel)


def curve_kind(table: Mapping[str, Any], kinds: CurveKinds) -> type[Curve] | None:
    """Return the kind of curve whose `key` a table has.

    If it has the keys of several kinds, the one that has all of its keys as parameters.
    """
    named = [kinds[key] for key in kinds if key in table]
    complete = [kind for kind in named if table.keys() <= kind.model_fields.keys()]
    return next(iter((*complete, *named)), None)


@dataclass(frozen=True, slots=True)
class CurveTables:
    """Reads tables in which curves stand in place of numbers.

    Args:
        kinds: the kinds of curves.
        names: the named signals that they may read; None if they are not known yet.
        curves: receives the curves, by parameter.
        problems: receives the mistakes.
    """

    kinds: CurveKinds
    names: Collection[str] | None
    curves: dict[str, Curve]
    problems: list[Problem]

    def bound(
        self, kind: type[TableT], automatable: Collection[str], table: Mapping[str, Any]
    ) -> TableT | None:
        """Return the object that a table describes, with each curve's first value as parameter.

        Args:
            kind: the class of the object.
            automatable: the parameters that take curves.
        """
        plain = dict(table)
        for name, given in table.items():
            if name not in automatable or not isinstance(given, Mapping | str):
                continue
            if isinstance(given, str) and TEXT not in self.kinds:
                continue
            info = kind.model_fields[name]
            # A curve that is wrong must not be reported again as a missing parameter.
            plain[name] = any_legal(info)
            curve = self.curve(given, name)
            if curve is None:
                continue
            values = self._values(name, curve)
            self.problems.extend(
                Problem(
                    (name,), f"the curve reaches {plainly(value)}; allowed: {allowed_in_unit(info)}"
                )
                for value in dict.fromkeys(values)
                if clamp(info, value) != value
            )
            if values and math.isfinite(values[0]):
                plain[name] = kept(kind, name, values[0])
            self.curves[name] = curve
        checked = check(kind, plain)
        if isinstance(checked, list):
            self.problems.extend(checked)
            return None
        return checked

    def _values(self, name: str, curve: Curve) -> tuple[float, ...]:
        try:
            with naming(name, curve):
                return tuple(curve.values())
        except CurveError as error:
            self.problems.append(Problem((), str(error)))
            return ()

    def curve(self, given: Mapping[str, Any] | str, name: str) -> Curve | None:
        """Return a curve that a preset writes as a table or a text, and note its mistakes."""
        curve = _curve({TEXT: given} if isinstance(given, str) else given, self.kinds)
        if isinstance(curve, Curve) and self.names is not None:
            key = TEXT if isinstance(curve.model_dump().get(TEXT), str) else curve.key
            faults = read_faults(curve, self.names)
            curve = [Problem((key,), message) for message in faults] if faults else curve
        if isinstance(curve, Curve):
            return curve
        if isinstance(given, str):
            # The user wrote a text and no table, so the message must not name the table's key.
            curve = [Problem((), f"{quoted(given)} given; {problem.text}") for problem in curve]
        self.problems.extend(problem.inside(name) for problem in curve)
        return None


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
