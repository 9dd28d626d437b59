"""Compilation of a mask's tree to functions that compute planes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from artengine.curves import Scope, SignalContext
from artengine.curves.chance import key_of
from artengine.curves.compiler import Compiler, is_constant
from artengine.curves.memory import advance_all, excess_of, restore_all, state_of
from artengine.curves.syntax import fault
from artengine.curves.tree import Call, Name, Node, Operation, Text
from artengine.frame import Size
from artengine.masks import arithmetic
from artengine.masks.functions import FUNCTIONS, Part, Place
from artengine.masks.mask import Mask, is_picture, plain_name
from artengine.masks.names import NAMES
from artengine.masks.plane import AnyValue
from artengine.masks.view import View
from artengine.params import CurveError


class CompiledMask:
    """A mask, compiled for one film.

    Args:
        mask: the mask.
        scope: the film's properties. Its slot seeds the random numbers.

    Raises:
        CurveError: when it cannot be compiled for that film.
    """

    def __init__(self, mask: Mask, scope: Scope) -> None:
        for message in mask.faults(scope.names):
            raise CurveError(message)
        self._scope = scope
        self._numbers = Compiler(scope, {})
        self._root = self._compile(mask.root)

    def advance(self, now: SignalContext) -> None:
        """Advance by a frame."""
        advance_all(self._numbers.memories, now)

    def at(self, view: View) -> AnyValue:
        """Return the mask for a frame, not yet clamped to bounds."""
        with np.errstate(all="ignore"):
            return self._root(view)

    def state(self) -> Sequence[float]:
        """Return the state of its functions, concatenated."""
        return state_of(self._numbers.memories)

    def restore(self, state: Sequence[float]) -> None:
        """Restore what `state` returned."""
        restore_all(self._numbers.memories, state)

    def _compile(self, node: Node) -> Part:
        if not is_picture(node):
            evaluate = self._numbers.compiled(node)
            return lambda view: _flushed(evaluate(view.now))
        made = self._compile_picture(node)
        return _cached_by_size(made) if _is_static(node) and not isinstance(node, Name) else made

    def _compile_picture(self, node: Node) -> Part:
        if isinstance(node, Name):
            return NAMES[plain_name(node.name)].of
        if isinstance(node, Call) and plain_name(node.name) in FUNCTIONS:
            return self._compile_call(node)
        if isinstance(node, Call):
            of = arithmetic.FUNCTIONS[plain_name(node.name)]
            return _pixelwise(of, [self._compile(each) for each in node.arguments])
        if isinstance(node, Operation):
            of = arithmetic.OPERATIONS[node.sign, len(node.operands)]
            return _pixelwise(of, [self._compile(each) for each in node.operands])
        raise fault(node.at, "it has no value")

    def _compile_call(self, node: Call) -> Part:
        function = FUNCTIONS[plain_name(node.name)]
        given = list(zip(function.kinds, node.arguments, strict=False))
        memories = self._numbers.memories
        place = Place(
            parts=tuple(self._compile(each) for kind, each in given if kind == "p"),
            numbers=tuple(self._numbers.compiled(each) for kind, each in given if kind == "n"),
            text="".join(each.value for _, each in given if isinstance(each, Text)),
            key=key_of(self._scope.seed, f"{self._scope.slot}/{node.at}"),
            memories=memories,
        )
        before = len(memories)
        part = function.build(place)
        for memory in memories[before:]:
            memory.place = node.at
        if excess := excess_of(memories):
            raise fault(node.at, excess)
        return _guarded(node, part)


def _flushed(value: float) -> float:
    """Flush tiny numbers to 0, because float32 computes very slowly with subnormal ones."""
    return 0.0 if abs(value) < 1e-30 else float(value)


def _pixelwise(of: arithmetic.Calculation, parts: Sequence[Part]) -> Part:
    def calculated(view: View) -> AnyValue:
        given = [part(view) for part in parts]
        if any(isinstance(each, np.ndarray) for each in given):
            return of(*given)
        # An expression of pictures may be a number, such as feather(1, 5).
        return float(of(np.full((1, 1), given[0], np.float32), *given[1:])[0, 0])

    return calculated


def _guarded(node: Call, part: Part) -> Part:
    """Wrap a call so that arithmetic errors name its place."""

    def guarded(view: View) -> AnyValue:
        try:
            return part(view)
        except CurveError:
            raise
        except (ValueError, OverflowError) as error:
            raise fault(node.at, f"{node.name} of inf or nan has no value") from error

    return guarded


def _is_static(node: Node) -> bool:
    """Return whether a picture depends only on the frame's size."""
    if not is_picture(node):
        return is_constant(node)
    if isinstance(node, Name):
        return NAMES[plain_name(node.name)].still
    if isinstance(node, Call):
        function = FUNCTIONS.get(plain_name(node.name))
        still = function.still if function else True
        return still and all(map(_is_static, node.arguments))
    return isinstance(node, Operation) and all(map(_is_static, node.operands))


def _cached_by_size(part: Part) -> Part:
    """Wrap a part so that it is computed once for each size, and not for each frame."""
    kept: dict[Size, AnyValue] = {}

    def of_size(view: View) -> AnyValue:
        if view.size not in kept:
            kept.clear()
            kept[view.size] = part(view)
        return kept[view.size]

    return of_size
