"""How much is said about what is wrong with a preset: what fits on a screen."""

from __future__ import annotations

from collections.abc import Sequence

from artengine.counts import counted
from artengine.preset.recipe import plain_line

MOST_LINES = 25
MOST_LETTERS = 600


def cut(lines: Sequence[str], more: int = 0) -> list[str]:
    """The mistakes of a preset, each on one line of bounded length, and how many are left out.

    Args:
        lines: the mistakes, or the first `MOST_LINES` of them.
        more: how many there are besides.
    """
    kept = [_short(plain_line(line)) for line in lines[:MOST_LINES]]
    more += max(0, len(lines) - MOST_LINES)
    if more:
        kept.append(f"and {counted(more, 'more mistake')}")
    return kept


def _short(line: str) -> str:
    return line if len(line) <= MOST_LETTERS else line[: MOST_LETTERS - 3] + "..."
