"""Mistakes in a preset's tables, with their addresses."""

from __future__ import annotations

from dataclasses import dataclass


class CurveError(ValueError):
    """A curve cannot be used; the message has the reason and the allowed values.

    Args:
        text: the message.
        slot: slot of the driven parameter, such as `feedback/noise/0/amount`; empty if unknown.
    """

    def __init__(self, text: str, slot: str = "") -> None:
        super().__init__(text)
        self.slot = slot


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a table: its address, and a message."""

    address: tuple[str | int, ...]
    text: str

    def inside(self, *address: str | int) -> Problem:
        """Return the mistake with its address in an outer table."""
        return Problem((*address, *self.address), self.text)

    def __str__(self) -> str:
        where = ""
        for part in self.address:
            where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else str(part)
        return f"{where}: {self.text}" if where else self.text


class TableError(ValueError):
    """A table is invalid; the error has all problems found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))
