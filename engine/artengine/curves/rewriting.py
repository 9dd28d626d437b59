"""Rewriting of expressions, with other texts in place of names."""

from __future__ import annotations

from collections.abc import Mapping

from artengine.curves.syntax import LONGEST
from artengine.curves.tree import Name, Node, inside


def written_with(text: str, root: Node, names: Mapping[str, str]) -> str:
    """Return the text with names replaced by other texts.

    Args:
        text: an expression.
        root: its tree.
        names: the new text of each replaced name.
    """
    places = {node.at: node.name for node in inside(root) if isinstance(node, Name)}
    for at, name in sorted(places.items(), reverse=True):
        if name in names:
            text = f"{text[:at]}{names[name]}{text[at + len(name) :]}"
    return text


def stretched(text: str, root: Node, share: float, longest: int = LONGEST) -> str:
    """Return the equivalent text for a film whose frame `share * n` is frame n of this one.

    Args:
        text: an expression.
        root: its tree.
        share: above 0; at 1 or above the text stays.
        longest: the most characters of the new text; if it would be longer, the text stays.
    """
    if not 0 < share < 1:
        return text
    longer = {name: f"({name} / {share:.9g})" for name in ("frame", "fps")}
    moved = written_with(text, root, longer)
    return moved if len(moved) <= longest else text
