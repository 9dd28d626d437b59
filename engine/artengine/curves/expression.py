"""Expressions: numbers calculated for each frame from the film's time and its named signals."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TypeGuard

from artengine.curves.compiler import BUILT_IN, NEVER, Compiler, check_call, is_constant
from artengine.curves.functions import FUNCTIONS
from artengine.curves.memory import (
    Evaluate,
    Memory,
    Previous,
    advance_all,
    restore_all,
    state_of,
)
from artengine.curves.rewriting import stretched, written_with
from artengine.curves.signal import Scope, Signal, SignalContext
from artengine.curves.syntax import fault, parse
from artengine.curves.tree import Call, Name, Node, inside
from artengine.curves.unknown import no_such_name
from artengine.params import CurveError


@dataclass(frozen=True)
class Expression:
    """An expression that was parsed and checked.

    Args:
        text: the source text.
        root: the parsed tree.
        own: further names, whose values are passed when it is compiled.
        reads: the other names, which are the film's signals, each with its place in the text.
        constant: its value, if it never changes.
    """

    text: str
    root: Node
    own: frozenset[str]
    reads: Mapping[str, int]
    constant: float | None

    @classmethod
    def of(cls, text: str, own: Collection[str] = ()) -> Expression:
        """Parse an expression.

        Args:
            text: at most 1,000 characters.
            own: further names that it may use.

        Raises:
            CurveError: for a mistake, with its column and a correction.
        """
        return _read(text, frozenset(own))

    def compile(self, scope: Scope, own: Mapping[str, Evaluate] | None = None) -> ExpressionSignal:
        """Compile it to a signal.

        Args:
            scope: the film's properties.
            own: the values of its own names.

        Raises:
            CurveError: when it reads a signal that the film does not have.
        """
        for name, at in self.reads.items():
            if name not in scope.names:
                raise fault(at, no_such_name(name, scope.names))
        compiler = Compiler(scope, own or {})
        root = compiler.compiled(self.root)
        return ExpressionSignal(root, compiler.memories, compiler.previous)

    def places(self) -> Mapping[str, str]:
        """Return the signals that it reads, each with its place in words."""
        return {name: f"column {at + 1}" for name, at in self.reads.items()}

    def stretched(self, share: float) -> str:
        """Return the equivalent text for a film whose frame `share * n` is frame n of this one."""
        return stretched(self.text, self.root, share)

    def written_with(self, names: Mapping[str, str]) -> str:
        """Return the text with names replaced by other texts."""
        return written_with(self.text, self.root, names)


class ExpressionSignal(Signal):
    """An expression, compiled to nested functions.

    Args:
        root: returns the value.
        memories: the memories to advance before that, in order.
        previous: stores the value for the next frame, if the expression uses `prev`.
    """

    def __init__(
        self, root: Evaluate, memories: Sequence[Memory], previous: Previous | None
    ) -> None:
        self._root = root
        self._memories = memories
        self._previous = previous

    def at(self, now: SignalContext) -> float:
        """Return the value now. Raises `CurveError` for what cannot be calculated."""
        advance_all(self._memories, now)
        value = self._root(now)
        if self._previous is not None:
            self._previous.state[0] = value
        return value

    def _all(self) -> list[Memory]:
        return [*self._memories, *([self._previous] if self._previous else [])]

    def state(self) -> Sequence[float]:
        """Return the state of its functions, concatenated."""
        return state_of(self._all())

    def restore(self, state: Sequence[float]) -> None:
        """Restore what `state` returned."""
        restore_all(self._all(), state)


@lru_cache(maxsize=1024)
def _read(text: str, own: frozenset[str]) -> Expression:
    root = parse(text)
    reads: dict[str, int] = {}
    named = {id(node.arguments[-1]) for node in inside(root) if _takes_text(node)}
    for node in inside(root):
        if id(node) not in named:
            check_call(node)
        if isinstance(node, Name) and node.name not in own and node.name not in BUILT_IN:
            if node.name in FUNCTIONS:
                raise fault(node.at, no_such_name(node.name, ()))
            reads.setdefault(node.name, node.at)
    constant = None
    if is_constant(root):
        constant = Compiler(_NOWHERE, {}).compiled(root)(NEVER)
        if not math.isfinite(constant):
            raise CurveError(f"its value is {constant}; it must be a finite number")
    return Expression(text, root, own, MappingProxyType(reads), constant)


_NOWHERE = Scope(1.0)


def _takes_text(node: Node) -> TypeGuard[Call]:
    """Return whether a node is a call whose last argument must be a text."""
    if not isinstance(node, Call) or not node.arguments:
        return False
    return node.name in FUNCTIONS and FUNCTIONS[node.name].texts
