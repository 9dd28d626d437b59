"""Expressions: numbers calculated for each frame from the film's time and its named signals."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TypeGuard

from artengine.curves.chance import key_of
from artengine.curves.clock import Clock
from artengine.curves.eases import ease_named
from artengine.curves.functions import CONSTANTS, FUNCTIONS, NAMES, OWN, Place
from artengine.curves.memory import Evaluate, Memory, Previous, excess_of
from artengine.curves.operators import OPERATIONS
from artengine.curves.signal import Scope, Signal, SignalContext
from artengine.curves.syntax import (
    LONGEST,
    Call,
    Name,
    Node,
    Number,
    Operation,
    Text,
    fault,
    inside,
    parse,
)
from artengine.curves.unknown import no_such_name
from artengine.errors import did_you_mean
from artengine.params import CurveError, quoted

BUILT_IN = frozenset((*NAMES, *OWN))
"""The names that every expression knows, and that no signal of a film may have."""


@dataclass(frozen=True)
class Expression:
    """An expression that was read and checked.

    Args:
        text: as it is written.
        root: the tree that was read.
        own: names that it knows beside those of every expression, and whose values are given where
            it is compiled.
        reads: the other names, which are the film's signals, each with its place in the text.
        constant: its value, where it never changes.
    """

    text: str
    root: Node
    own: frozenset[str]
    reads: Mapping[str, int]
    constant: float | None

    @classmethod
    def of(cls, text: str, own: Collection[str] = ()) -> Expression:
        """Read an expression.

        Args:
            text: at most 1,000 characters.
            own: names to know besides.

        Raises:
            CurveError: where it is wrong, with the column and what would be right.
        """
        return _read(text, frozenset(own))

    def compile(self, scope: Scope, own: Mapping[str, Evaluate] | None = None) -> ExpressionSignal:
        """Make a signal of it.

        Args:
            scope: what is known of the film.
            own: the values of its own names.

        Raises:
            CurveError: when it reads a signal that the film does not have.
        """
        for name, at in self.reads.items():
            if name not in scope.names:
                raise fault(at, no_such_name(name, scope.names))
        compiler = _Compiler(scope, own or {})
        root = compiler.compiled(self.root)
        return ExpressionSignal(root, compiler.memories, compiler.previous)

    def places(self) -> Mapping[str, str]:
        """The signals that it reads, each with its place in words."""
        return {name: f"column {at + 1}" for name, at in self.reads.items()}

    def stretched(self, share: float) -> str:
        """The text that means the same in a film of which frame `share * n` is this one's n."""
        if not 0 < share < 1:
            return self.text
        longer = {name: f"({name} / {share:.9g})" for name in ("frame", "fps")}
        text = self.written_with(longer)
        return text if len(text) <= LONGEST else self.text

    def written_with(self, names: Mapping[str, str]) -> str:
        """The text with other texts in place of names."""
        text = self.text
        places = {node.at: node.name for node in inside(self.root) if isinstance(node, Name)}
        for at, name in sorted(places.items(), reverse=True):
            if name in names:
                text = f"{text[:at]}{names[name]}{text[at + len(name) :]}"
        return text


class ExpressionSignal(Signal):
    """An expression, compiled to functions that call each other.

    Args:
        root: gives the value.
        memories: what is advanced before, in order.
        previous: what is given the value, where the expression asks for it a frame later.
    """

    def __init__(
        self, root: Evaluate, memories: Sequence[Memory], previous: Previous | None
    ) -> None:
        self._root = root
        self._memories = memories
        self._previous = previous

    def at(self, now: SignalContext) -> float:
        """Return the value now. Raises `CurveError` for what cannot be calculated."""
        for memory in self._memories:
            try:
                memory.advance(now)
            except CurveError:
                raise
            except (ValueError, OverflowError) as error:
                name = type(memory).__name__.lower()
                said = f"{name} of inf or nan has no value"
                raise fault(memory.place, said) from error
        value = self._root(now)
        if self._previous is not None:
            self._previous.state[0] = value
        return value

    def _all(self) -> list[Memory]:
        return [*self._memories, *([self._previous] if self._previous else [])]

    def state(self) -> Sequence[float]:
        """What its functions remember, one after the other."""
        return [number for memory in self._all() for number in memory.state]

    def restore(self, state: Sequence[float]) -> None:
        """Remember it."""
        numbers = iter(state)
        for memory in self._all():
            memory.state = [float(next(numbers)) for _ in memory.state]


@lru_cache(maxsize=1024)
def _read(text: str, own: frozenset[str]) -> Expression:
    root = parse(text)
    reads: dict[str, int] = {}
    named = {id(node.arguments[-1]) for node in inside(root) if _takes_text(node)}
    for node in inside(root):
        if id(node) not in named:
            _check(node)
        if isinstance(node, Name) and node.name not in own and node.name not in BUILT_IN:
            if node.name in FUNCTIONS:
                raise fault(node.at, no_such_name(node.name, ()))
            reads.setdefault(node.name, node.at)
    constant = None
    if _is_constant(root):
        constant = _Compiler(_NOWHERE, {}).compiled(root)(_NEVER)
        if not math.isfinite(constant):
            raise CurveError(f"its value is {constant}; it must be a finite number")
    return Expression(text, root, own, MappingProxyType(reads), constant)


_NOWHERE = Scope(1.0)
_NEVER = SignalContext(Clock(0, 1.0))


def _takes_text(node: Node) -> TypeGuard[Call]:
    """Whether a node is a call whose last argument is to be a text."""
    if not isinstance(node, Call) or not node.arguments:
        return False
    return node.name in FUNCTIONS and FUNCTIONS[node.name].texts


def _check(node: Node) -> None:
    """Refuse calls that are no functions, or have too few or many arguments, and stray texts."""
    if isinstance(node, Text):
        raise fault(node.at, "a text means nothing here; only ease takes one")
    if not isinstance(node, Call):
        return
    function = FUNCTIONS.get(node.name)
    if function is None:
        if node.name in BUILT_IN:
            raise fault(node.at, f"{node.name} is a number and takes no brackets")
        near = did_you_mean(node.name, list(FUNCTIONS))
        known = ", ".join(FUNCTIONS)
        raise fault(node.at, f"there is no function {quoted(node.name)}{near}; there are: {known}")
    given = len(node.arguments)
    if not function.least <= given <= function.most:
        plural = "" if given == 1 else "s"
        raise fault(node.at, f"{given} argument{plural} given; write {function.written}")
    if function.texts:
        last = node.arguments[-1]
        if not isinstance(last, Text):
            raise fault(last.at, f"a text in single quotes is needed; write {function.written}")
        try:
            ease_named(last.value)
        except CurveError as error:
            raise fault(last.at, str(error)) from error


def _is_constant(node: Node) -> bool:
    if isinstance(node, Name):
        return node.name in CONSTANTS
    if isinstance(node, Call):
        return FUNCTIONS[node.name].pure and all(map(_is_constant, node.arguments))
    return not isinstance(node, Operation) or all(map(_is_constant, node.operands))


def _constant(node: Node, made: Evaluate) -> float | None:
    """A node's value where it never changes, and can be calculated."""
    if not _is_constant(node):
        return None
    try:
        return made(_NEVER)
    except CurveError:
        # It may stand in a branch that is never taken.
        return None


class _Compiler:
    """Makes functions of a tree.

    Args:
        scope: what is known of the film.
        own: the values of the expression's own names.
    """

    def __init__(self, scope: Scope, own: Mapping[str, Evaluate]) -> None:
        self._scope = scope
        self._own = own
        self._key = key_of(scope.seed, scope.slot)
        self.memories: list[Memory] = []
        self.previous: Previous | None = None

    def compiled(self, node: Node) -> Evaluate:
        """The function that gives a node's value."""
        made = self._made(node)
        value = _constant(node, made)
        return made if value is None or isinstance(node, Number) else lambda _now: value

    def _made(self, node: Node) -> Evaluate:
        if isinstance(node, Number):
            number = node.value
            return lambda _now: number
        if isinstance(node, Name):
            return self._named(node)
        if isinstance(node, Call):
            return self._called(node)
        if isinstance(node, Operation):
            build = OPERATIONS[node.sign, len(node.operands)]
            return build(node.at, *map(self.compiled, node.operands))
        raise fault(node.at, "a text has no value")

    def _called(self, node: Call) -> Evaluate:
        texts = [each.value for each in node.arguments if isinstance(each, Text)]
        numbers = [each for each in node.arguments if not isinstance(each, Text)]
        arguments = tuple(map(self.compiled, numbers))
        constants = tuple(map(_constant, numbers, arguments))
        place = Place(node.at, self._scope, self._key, "".join(texts), constants, self.memories)
        called = FUNCTIONS[node.name].build(place, arguments)
        if excess := excess_of(self.memories):
            raise fault(node.at, excess)
        return called

    def _named(self, node: Name) -> Evaluate:
        name = node.name
        if name in self._own:
            return self._own[name]
        if name in NAMES:
            return NAMES[name].of
        if name == "prev":
            self.previous = self.previous or Previous()
            return self.previous.value
        if name == "seed" or name in CONSTANTS:
            value = CONSTANTS.get(name, float(self._scope.seed))
            return lambda _now: value
        return lambda now: now.values[name]
