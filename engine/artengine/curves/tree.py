"""The syntax tree of an expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """A number, at a place in the text."""

    at: int
    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotes."""

    at: int
    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name, including its dots."""

    at: int
    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator, with one operand or two."""

    at: int
    sign: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function with arguments."""

    at: int
    name: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Number | Text | Name | Operation | Call


def inside(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes inside of it."""
    yield node
    operands = node.operands if isinstance(node, Operation) else ()
    for each in node.arguments if isinstance(node, Call) else operands:
        yield from inside(each)
