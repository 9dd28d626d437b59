"""Counts in messages."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a count with its noun, such as `1 frame` or `2,000 frames`.

    Args:
        number: the count.
        noun: the noun in the singular; its plural must be formed with `s`.
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
