"""Counts in messages."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """A count with its noun, as `1 frame` and `2,000 frames`.

    Args:
        number: how many.
        noun: what is counted, in the singular; its plural must end in `s`.
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
