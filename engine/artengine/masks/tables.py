"""Masks and fields in the tables of a preset."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from artengine.masks.mask import Mask, pictures_in
from artengine.params import CurveError, Plugin, Problem, any_legal, quoted

MASK = "mask"
"""The key of the mask of an effect."""


@dataclass(frozen=True, slots=True)
class MaskTables:
    """Reads the masks and fields of tables.

    Args:
        names: the named signals that they may read; None if they are not known yet.
        masks: receives the masks and fields, by key.
        problems: receives the mistakes.
    """

    names: Collection[str] | None
    masks: dict[str, Mask]
    problems: list[Problem]

    def controls(self, table: Mapping[str, Any]) -> None:
        """Read the mask of a table of the chain's keys."""
        given = table.get(MASK)
        if isinstance(given, str) and given:
            self._read(MASK, given)

    def fields(self, kind: type[Plugin], table: Mapping[str, Any]) -> dict[str, Any]:
        """Read the fields of a plugin's table.

        Returns:
            The table, with each field replaced by any legal number.
        """
        plain = dict(table)
        for name in kind.automatable() & table.keys():
            given = table[name]
            pictures = pictures_in(given, self.names or ()) if isinstance(given, str) else []
            if not pictures:
                continue
            plain[name] = any_legal(kind.model_fields[name])
            if name in kind.takes_field():
                self._read(name, given)
                continue
            known = ", ".join(sorted(kind.takes_field()))
            instead = f"what takes one here: {known}" if known else "write it into mask"
            text = f"{quoted(given)} given; {pictures[0]} is a picture, and this takes one number"
            self.problems.append(Problem((name,), f"{text}; {instead}"))
        return plain

    def _read(self, name: str, given: str) -> None:
        try:
            mask = Mask.of(given)
            faults = [] if self.names is None else mask.faults(self.names)
        except CurveError as error:
            faults = [str(error)]
        self.problems.extend(Problem((name,), f"{quoted(given)} given; {text}") for text in faults)
        if not faults:
            self.masks[name] = mask
