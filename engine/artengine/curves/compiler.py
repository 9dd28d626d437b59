"""Compilation of the tree of an expression to nested functions."""

from __future__ import annotations

from collections.abc import Mapping

from artengine.curves.chance import key_of
from artengine.curves.clock import Clock
from artengine.curves.eases import ease_named
from artengine.curves.functions import CONSTANTS, FUNCTIONS, NAMES, OWN, Place
from artengine.curves.memory import Evaluate, Memory, Previous, excess_of
from artengine.curves.operators import OPERATIONS
from artengine.curves.signal import Scope, SignalContext
from artengine.curves.syntax import fault
from artengine.curves.tree import Call, Name, Node, Number, Operation, Text
from artengine.errors import did_you_mean
from artengine.params import CurveError, quoted

BUILT_IN = frozenset((*NAMES, *OWN))
"""The names that every expression has, and that no signal of a film may have."""

NEVER = SignalContext(Clock(0, 1.0))
"""The time at which constants are evaluated."""


def check_call(node: Node) -> None:
    """Refuse calls of unknown functions or with too few or many arguments, and stray texts."""
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
    check_count(node, function.least, function.most, function.written)
    if function.texts:
        last = node.arguments[-1]
        if not isinstance(last, Text):
            raise fault(last.at, f"a text in single quotes is needed; write {function.written}")
        try:
            ease_named(last.value)
        except CurveError as error:
            raise fault(last.at, str(error)) from error


def check_count(node: Call, least: int, most: int, written: str) -> None:
    """Refuse a call with too few or too many arguments."""
    given = len(node.arguments)
    if not least <= given <= most:
        plural = "" if given == 1 else "s"
        raise fault(node.at, f"{given} argument{plural} given; write {written}")


def is_constant(node: Node) -> bool:
    """Return whether a node's value never changes."""
    if isinstance(node, Name):
        return node.name in CONSTANTS
    if isinstance(node, Call):
        return FUNCTIONS[node.name].pure and all(map(is_constant, node.arguments))
    return not isinstance(node, Operation) or all(map(is_constant, node.operands))


def constant(node: Node, made: Evaluate) -> float | None:
    """Return a node's value if it never changes and can be calculated, else None."""
    if not is_constant(node):
        return None
    try:
        return made(NEVER)
    except CurveError:
        # It may be in a branch that is never evaluated.
        return None


class Compiler:
    """Compiles trees to functions.

    Args:
        scope: the film's properties.
        own: the values of the expression's own names.
    """

    def __init__(self, scope: Scope, own: Mapping[str, Evaluate]) -> None:
        self._scope = scope
        self._own = own
        self._key = key_of(scope.seed, scope.slot)
        self.memories: list[Memory] = []
        self.previous: Previous | None = None

    def compiled(self, node: Node) -> Evaluate:
        """Return the function that evaluates a node."""
        made = self._compile(node)
        value = constant(node, made)
        return made if value is None or isinstance(node, Number) else lambda _now: value

    def _compile(self, node: Node) -> Evaluate:
        if isinstance(node, Number):
            number = node.value
            return lambda _now: number
        if isinstance(node, Name):
            return self._compile_name(node)
        if isinstance(node, Call):
            return self._compile_call(node)
        if isinstance(node, Operation):
            build = OPERATIONS[node.sign, len(node.operands)]
            return build(node.at, *map(self.compiled, node.operands))
        raise fault(node.at, "a text has no value")

    def _compile_call(self, node: Call) -> Evaluate:
        texts = [each.value for each in node.arguments if isinstance(each, Text)]
        numbers = [each for each in node.arguments if not isinstance(each, Text)]
        arguments = tuple(map(self.compiled, numbers))
        constants = tuple(map(constant, numbers, arguments))
        place = Place(node.at, self._scope, self._key, "".join(texts), constants, self.memories)
        called = FUNCTIONS[node.name].build(place, arguments)
        if excess := excess_of(self.memories):
            raise fault(node.at, excess)
        return called

    def _compile_name(self, node: Name) -> Evaluate:
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
