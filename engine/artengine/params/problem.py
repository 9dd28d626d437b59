"""Mistakes in a preset's tables, with their addresses."""

from __future__ import annotations

from dataclasses import dataclass


class CurveError(ValueError):
    """A curve cannot be used; the message says why and what is allowed.

    Args:
        text: the message.
        slot: what the curve drives, as `feedback/noise/0/amount`; empty where that is not known.
    """

    def __init__(self, text: str, slot: str = "") -> None:
        super().__init__(text)
        self.slot = slot


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a table: where it is, and what to do."""

    address: tuple[str | int, ...]
    text: str

    def inside(self, *address: str | int) -> Problem:
        """The same mistake seen from an outer table."""
        return Problem((*address, *self.address), self.text)

    def __str__(self) -> str:
        where = ""
        for part in self.address:
            where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else str(part)
        return f"{where}: {self.text}" if where else self.text


class TableError(ValueError):
    """A table does not fit what it describes; holds every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))
