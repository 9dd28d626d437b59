"""Helpers for Markdown tables."""

from __future__ import annotations


def cell(text: str) -> str:
    """Return a text for a cell of a table, on one line and with escaped bars."""
    return " ".join(text.split()).replace("|", "\\|")


def row(*cells: str) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(cells)} |"
