"""Masks: texts that were parsed and checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from artengine.curves.compiler import BUILT_IN, check_call, check_count
from artengine.curves.functions import FUNCTIONS as NUMBER_FUNCTIONS
from artengine.curves.rewriting import stretched
from artengine.curves.syntax import LONGEST, fault, parse
from artengine.curves.tree import Call, Name, Node, Number, Operation, Text, inside
from artengine.curves.unknown import instead_of, no_such_name
from artengine.errors import did_you_mean
from artengine.masks import arithmetic
from artengine.masks.functions import FUNCTIONS
from artengine.masks.names import NAMES
from artengine.params import CurveError, quoted

MOST_COST = 250
"""The largest estimated cost of a mask, in tenths of a millisecond for a frame of 512x512."""

NUMBERS = tuple(sorted(BUILT_IN - {"prev"}))
"""The names of numbers that every mask has."""

MOST_FILES = 4
"""The most files that one mask may read."""

_ALIKE = {
    **dict.fromkeys(("brightness", "lightness", "luminance", "grey", "gray"), "luma"),
    **{f"source.{name.removeprefix('truth.')}": name for name in NAMES if name[:6] == "truth."},
    **dict.fromkeys(("blur", "soften", "smooth"), "feather"),
    **dict.fromkeys(("dilate", "expand", "erode", "shrink"), "grow"),
    **dict.fromkeys(("invert", "inverse"), "not"),
    **dict.fromkeys(("circle", "distance"), "radius"),
    **dict.fromkeys(("image", "video", "picture"), "file"),
}
"""Names and functions by the words of other programs."""

_LONGEST_PATH = 4096
_ENDINGS = ("png", "jpg", "jpeg", "gif", "mp4", "mov", "mkv", "webm")
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")


@dataclass(frozen=True)
class Mask:
    """A mask, or a field, that was parsed and checked.

    Args:
        text: the source text.
        root: the parsed tree.
        reads: the film's signals that it reads, each with its place in the text.
        looks: the frames that it looks at.
        files: the files that it reads.
    """

    text: str
    root: Node
    reads: Mapping[str, int]
    looks: frozenset[str]
    files: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Mask:
        """Parse a mask.

        Args:
            text: at most 1,000 characters, not counting the names of files.

        Raises:
            CurveError: for a mistake, with its column and a correction.
        """
        return _read(text)

    def faults(self, names: Collection[str]) -> list[str]:
        """Return a sentence for each signal that it reads and a film lacks, with its place."""
        return [
            f"column {at + 1}: {_no_such(name, names)}"
            for name, at in self.reads.items()
            if name not in names
        ]

    def stretched(self, share: float) -> str:
        """Return the equivalent text for a film whose frame `share * n` is frame n of this one."""
        return stretched(self.text, self.root, share, _longest(self.text))

    def looking_at(self, what: str) -> Name | Call | None:
        """Return the first name or call that looks at a frame; None if there is none."""
        for node in inside(self.root):
            if isinstance(node, Name | Call):
                name = plain_name(node.name)
                picture = NAMES.get(name) if isinstance(node, Name) else FUNCTIONS.get(name)
                if picture is not None and what in picture.looks:
                    return node
        return None


def _no_such(name: str, names: Collection[str]) -> str:
    """Return the message that a name does not exist, with the names that do."""
    if name.rpartition(".")[2].lower() in _ENDINGS:
        return f"a file is written as file('{name}')"
    if name.lower() in _ALIKE:
        near = f' (did you mean "{_ALIKE[name.lower()]}"?)'
    else:
        near = instead_of(name, names) or did_you_mean(name, [*NAMES, *NUMBERS, *names])
    known = ", ".join(dict.fromkeys([*NAMES, *NUMBERS, *sorted(names)][:60]))
    return f"there is no {quoted(name)}{near}; there are: {known}"


def plain_name(name: str) -> str:
    """Return a name without the optional prefix `dream.`."""
    return name.removeprefix("dream.")


def is_picture(node: Node) -> bool:
    """Return whether a part of a mask is a picture, and not one number."""
    return any(
        (isinstance(each, Name) and plain_name(each.name) in NAMES)
        or (isinstance(each, Call) and plain_name(each.name) in FUNCTIONS)
        for each in inside(node)
    )


def pictures_in(text: str, names: Collection[str]) -> list[str]:
    """Return the words of a text that can only mean pictures, so that the text is a field.

    Args:
        text: the text in place of a number.
        names: the film's signals; a word that is also a signal or a function of numbers is not
            returned.

    Returns:
        The words; none if the text cannot be parsed.
    """
    try:
        nodes = list(inside(parse(text, _longest(text))))
    except CurveError:
        return []
    return [
        each.name
        for each in nodes
        if (isinstance(each, Name) and plain_name(each.name) in NAMES and each.name not in names)
        or (
            isinstance(each, Call)
            and plain_name(each.name) in FUNCTIONS
            and each.name not in NUMBER_FUNCTIONS
        )
    ]


def _longest(text: str) -> int:
    """Return the most characters that a mask may have: the names of files do not count."""
    paths = _TEXT.findall(text)[:MOST_FILES]
    return LONGEST + sum(min(_LONGEST_PATH, len(path)) for path in paths)


@lru_cache(maxsize=1024)
def _read(text: str) -> Mask:
    checking = _Checking()
    root = parse(text, _longest(text))
    checking.node(root)
    return Mask(
        text,
        root,
        MappingProxyType(checking.reads),
        frozenset(checking.looks),
        tuple(dict.fromkeys(checking.files)),
    )


class _Checking:
    """Walks a tree, and notes what it reads and looks at."""

    def __init__(self) -> None:
        self.reads: dict[str, int] = {}
        self.looks: set[str] = set()
        self.files: list[str] = []
        self._cost = 0

    def node(self, node: Node) -> None:
        """Check a node and all nodes inside of it."""
        match node:
            case Text():
                raise fault(node.at, "a text means nothing here; only file and ease take one")
            case Name():
                self._name(node)
            case Call():
                self._call(node)
            case Operation():
                if is_picture(node):
                    self._pay(node, arithmetic.OPERATIONS[node.sign, len(node.operands)].cost)
                for operand in node.operands:
                    self.node(operand)
            case Number():
                pass

    def _pay(self, node: Node, cost: int) -> None:
        self._cost += cost
        if self._cost > MOST_COST:
            raise fault(
                node.at,
                f"the mask takes too long from here on: more than about {MOST_COST // 10} ms a "
                "frame at 512x512; leave a part of it out",
            )

    def _name(self, node: Name) -> None:
        name = plain_name(node.name)
        picture = NAMES.get(name)
        if picture is not None:
            self.looks |= picture.looks
            self._pay(node, picture.cost)
        elif name in FUNCTIONS:
            raise fault(node.at, f"{node.name} is a function; write {FUNCTIONS[name].written}")
        elif name in NUMBER_FUNCTIONS:
            raise fault(node.at, no_such_name(name, ()))
        elif name == "prev":
            raise fault(node.at, "only curves have prev; a mask sees the last frame as last.luma")
        elif name not in BUILT_IN:
            owner = name.partition(".")[0]
            if owner in ("truth", "last") or name != node.name:
                near = did_you_mean(name, list(NAMES))
                raise fault(
                    node.at, f"there is no {quoted(node.name)}{near}; there are: {', '.join(NAMES)}"
                )
            self.reads.setdefault(name, node.at)

    def _call(self, node: Call) -> None:
        name = plain_name(node.name)
        if name in FUNCTIONS:
            self._picture_call(node, name)
            return
        if name in NAMES:
            raise fault(node.at, f"{node.name} is a picture and takes no brackets")
        if name not in NUMBER_FUNCTIONS:
            known = [*FUNCTIONS, *(each for each in NUMBER_FUNCTIONS if each not in FUNCTIONS)]
            alike = _ALIKE.get(name.lower())
            near = f' (did you mean "{alike}"?)' if alike else did_you_mean(name, known)
            raise fault(
                node.at,
                f"there is no function {quoted(node.name)}{near}; there are: {', '.join(known)}",
            )
        check_call(node)
        arguments = node.arguments[:-1] if NUMBER_FUNCTIONS[name].texts else node.arguments
        picture = next(filter(is_picture, arguments), None)
        if picture is not None and name not in arithmetic.FUNCTIONS:
            both = ", ".join(arithmetic.FUNCTIONS)
            raise fault(
                picture.at, f"{name} takes numbers alone; what takes a picture as well: {both}"
            )
        if picture is not None:
            self._pay(node, arithmetic.FUNCTIONS[name].cost * max(1, len(arguments) - 2))
        for argument in arguments:
            self.node(argument)

    def _picture_call(self, node: Call, name: str) -> None:
        function = FUNCTIONS[name]
        check_count(node, function.least, len(function.kinds), function.written)
        self.looks |= function.looks
        self._pay(node, function.cost)
        for kind, argument in zip(function.kinds, node.arguments, strict=False):
            if kind == "t":
                self._file(argument, function.written)
                continue
            if kind == "n" and is_picture(argument):
                raise fault(
                    argument.at, f"a number is needed here, not a picture; write {function.written}"
                )
            self.node(argument)

    def _file(self, argument: Node, written: str) -> None:
        if not isinstance(argument, Text) or not argument.value:
            raise fault(argument.at, f"a text in single quotes is needed; write {written}")
        self.files.append(argument.value)
        if len(set(self.files)) > MOST_FILES:
            raise fault(argument.at, f"more than {MOST_FILES} files in one mask")
