"""Parsing of an expression: from text to a tree of numbers, names, calls and operations.

The language has numbers, texts in quotes, names (with dots), calls, `+ - * / % **`, comparisons,
`and`, `or`, `not`, and brackets, with the precedence of Python. `&`, `|` and `~` are other ways to
write `and`, `or` and `not`. Only this parser reads it: no text of a preset is ever executed as
Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from artengine.curves.tree import Call, Name, Node, Number, Operation, Text
from artengine.params import CurveError, quoted

LONGEST = 1000
"""The most characters of an expression."""

DEEPEST = 32
"""The deepest nesting of brackets, calls and signs."""

MOST_PARTS = 200
"""The most numbers, names, operators and functions in an expression."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its place in the text, its kind, and its text."""

    at: int
    kind: str
    text: str


_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    | (?P<text>'[^']*'|"[^"]*")
    | (?P<sign>\*\*|<=|>=|==|!=|[-+*/%<>(),&|~])
    """,
    re.VERBOSE | re.ASCII,
)

_WORDS = ("and", "or", "not")

_SAME = {"&": "and", "|": "or", "~": "not"}
"""Signs that are synonyms of words."""

_INSTEAD = {
    "^": "write ** for a power",
    "&&": "write and",
    "||": "write or",
    "?": "write where(condition, a, b)",
    ":": "write where(condition, a, b)",
    "if": "write where(condition, a, b)",
    "else": "write where(condition, a, b)",
    "!": "write not, or != for unequal",
    "=": "write == to compare",
    "//": "write floor(a / b)",
    "[": "write ( )",
    "]": "write ( )",
    "{": "write ( )",
    "}": "write ( )",
    ";": "write one expression",
    "'": "close the text with the quote it began with",
    '"': "close the text with the quote it began with",
}

_PLAINLY = {
    "s": "write {number}, as in t > {number}",
    "ms": "write seconds, {number} / 1000",
    "f": "write {number}, as in frame > {number}",
    "b": "write {number}, as in beat > {number}",
    "bar": "write {number}, as in bar > {number}",
    "deg": "write radians, {number} * pi / 180",
    "px": "write {number} for pixels; x and y go from 0 to 1",
    "%": "write {number} / 100",
}
"""What to write in place of a number with a unit."""

_UNITS = {
    **{unit: unit for unit in _PLAINLY},
    **dict.fromkeys(("sec", "second", "seconds"), "s"),
    **dict.fromkeys(("frame", "frames"), "f"),
    **dict.fromkeys(("beat", "beats"), "b"),
    "bars": "bar",
    **dict.fromkeys(("degree", "degrees"), "deg"),
    **dict.fromkeys(("pixel", "pixels"), "px"),
}

_PRECEDENCE = {
    "or": 1,
    "and": 2,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "==": 4,
    "!=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
    "**": 8,
}
_NOT, _COMPARING, _SIGNED, _POWER = 3, 4, 7, 8


def fault(at: int, message: str) -> CurveError:
    """Return an error at a place of an expression; `at` counts from 0, the message from 1."""
    return CurveError(f"column {at + 1}: {message}")


def parse(text: str, longest: int = LONGEST) -> Node:
    """Parse an expression.

    Args:
        text: the expression.
        longest: the most characters that it may have.

    Raises:
        CurveError: for a mistake, with its column and a correction.
    """
    if len(text) > longest:
        raise CurveError(
            f"{len(text):,} characters given; allowed: {longest:,}; name parts of it in [curves]"
        )
    return _Parser(text).whole()


def tokens(text: str) -> Iterator[Token]:
    """Split a text into tokens. Raises `CurveError` at characters that are no token."""
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        twice = next((sign for sign in ("//", "&&", "||") if text.startswith(sign, at)), "")
        if found is None or twice:
            sign = twice or text[at]
            raise fault(at, f"{quoted(sign)} means nothing here{_instead(sign)}")
        kind = str(found.lastgroup)
        written = _SAME.get(found[0], found[0])
        if kind != "space":
            yield Token(at, "word" if written in _WORDS else kind, written)
        at = found.end()


def _instead(sign: str) -> str:
    return f"; {_INSTEAD[sign]}" if sign in _INSTEAD else ""


class _Parser:
    """An operator precedence parser (Pratt, 1973)."""

    def __init__(self, text: str) -> None:
        self._tokens = list(tokens(text))
        self._place = 0
        self._depth = 0
        self._end = Token(len(text.rstrip()), "end", "")
        many = [token for token in self._tokens if token.text not in ("(", ")", ",")][MOST_PARTS:]
        if many:
            raise fault(
                many[0].at,
                f"more than {MOST_PARTS} numbers, names and operators; name parts of it in "
                "[curves]",
            )

    def whole(self) -> Node:
        if self._next.kind == "end":
            raise fault(0, "nothing is written; write a number or an expression, as 0.5 + 0.5 * t")
        node = self._expression(0)
        if self._next.kind != "end":
            raise self._unexpected("an operator, as + or *,")
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._place] if self._place < len(self._tokens) else self._end

    def _take(self) -> Token:
        token = self._next
        self._place += 1
        return token

    def _unexpected(self, wanted: str) -> CurveError:
        token = self._next
        united = self._unit()
        if united is not None:
            return united
        if token.kind == "end":
            return fault(token.at, f"it ends here; {wanted} is missing")
        if token.text in _INSTEAD:
            return fault(token.at, f"{quoted(token.text)} means nothing here{_instead(token.text)}")
        # Imported late: that module imports this one.
        from artengine.curves.functions import FUNCTIONS

        before = self._tokens[self._place - 1] if self._place else self._end
        hint = ""
        if before.text in FUNCTIONS:
            hint = f"; write {FUNCTIONS[before.text].written}"
        if before.kind == "number" and token.text == "," and not self._depth:
            hint = "; a fraction is written with a point, as 0.5"
        return fault(token.at, f"{quoted(token.text)} stands where {wanted} is needed{hint}")

    def _unit(self) -> CurveError | None:
        """Return the error for a number with a unit, as 0.5s, or a missing sign, as in 2 pi."""
        unit, place = self._next, self._place - 1
        if place > 0 and self._tokens[place].text == "%":
            unit, place = self._tokens[place], place - 1
        number = self._tokens[place] if place >= 0 else self._end
        if number.kind != "number" or unit.kind not in ("name", "sign"):
            return None
        if unit.text in _UNITS:
            instead = _PLAINLY[_UNITS[unit.text]].format(number=number.text)
            message = f"{quoted(number.text + unit.text)}: numbers have no unit here; {instead}"
            return fault(number.at, message)
        if unit.kind == "name" and unit.text not in _INSTEAD:
            return fault(unit.at, f"a sign is missing; write {number.text} * {unit.text}")
        return None

    def _expression(self, least: int) -> Node:
        """Parse operands and operators whose precedence is at least `least`."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise fault(
                self._next.at,
                f"nests more than {DEEPEST} levels deep; name parts of it in [curves]",
            )
        node = self._operand()
        while (strength := self._strength(self._next)) >= max(least, 1):
            operator = self._take()
            # Powers are right-associative, all others left-associative.
            right = self._expression(strength if strength == _POWER else strength + 1)
            node = Operation(operator.at, operator.text, (node, right))
            if strength == _COMPARING and self._strength(self._next) == _COMPARING:
                raise fault(
                    self._next.at, "two comparisons in a row; join them, as a < b and b < c"
                )
        self._depth -= 1
        return node

    @staticmethod
    def _strength(token: Token) -> int:
        return _PRECEDENCE.get(token.text, 0) if token.kind in ("sign", "word") else 0

    def _operand(self) -> Node:
        token = self._next
        if token.kind == "number":
            self._take()
            if not isfinite(float(token.text)):
                raise fault(token.at, f"{token.text} is too large; the largest number is 1.79e308")
            return Number(token.at, float(token.text))
        if token.kind == "text":
            self._take()
            return Text(token.at, token.text[1:-1])
        if token.kind == "name" and token.text not in _INSTEAD:
            self._take()
            if self._next.text == "(":
                return Call(token.at, token.text, self._arguments())
            return Name(token.at, token.text)
        if token.text == "(":
            self._take()
            node = self._expression(0)
            self._close(token)
            return node
        if token.text in ("+", "-"):
            self._take()
            return Operation(token.at, token.text, (self._expression(_SIGNED),))
        if token.text == "not":
            self._take()
            return Operation(token.at, "not", (self._expression(_NOT),))
        raise self._unexpected("a number, a name or a bracket")

    def _arguments(self) -> tuple[Node, ...]:
        opening = self._take()
        arguments: list[Node] = []
        while self._next.text != ")" or arguments:
            arguments.append(self._expression(0))
            if self._next.text != ",":
                break
            self._take()
        self._close(opening)
        return tuple(arguments)

    def _close(self, opening: Token) -> None:
        if self._next.text != ")":
            if self._next.kind == "end":
                raise fault(opening.at, "this bracket is never closed; write a )")
            raise self._unexpected("a ) or an operator")
        self._take()
