"""Truncation of the messages about a preset's mistakes to the size of a screen."""

from __future__ import annotations

from collections.abc import Sequence

from artengine.counts import counted
from artengine.preset.recipe import plain_line

MOST_LINES = 25
MOST_LETTERS = 600


def cut(lines: Sequence[str], more: int = 0) -> list[str]:
    """Return a preset's mistakes as lines of bounded length, and the number of omitted ones.

    Args:
        lines: the mistakes, or the first `MOST_LINES` of them.
        more: number of additional mistakes.
    """
    kept = [_short(plain_line(line)) for line in lines[:MOST_LINES]]
    more += max(0, len(lines) - MOST_LINES)
    if more:
        kept.append(f"and {counted(more, 'more mistake')}")
    return kept


def _short(line: str) -> str:
    return line if len(line) <= MOST_LETTERS else line[: MOST_LETTERS - 3] + "..."
