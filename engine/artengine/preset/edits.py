"""Edits of a list of plugins: add, change or remove entries by name.

A preset that extends another one replaces a chain by `[[feedback]]`, and edits it by tables:

    [feedback.sharpen]      # change the entry "sharpen"
    amount = 0.5

    [feedback.glow]         # remove the entry "glow"
    remove = true

    [feedback.trails]       # add the effect "trails"
    after = "sharpen"       # or before = "sharpen", at = "start", at = "end"
    decay = 0.9

Names are those of addresses (`noise`, `noise-2`, or a number) in the list before the edits. The
name of an added entry is that of its effect, unless it has `use`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from artengine.entry_names import entry_names, naming_key, use_of
from artengine.errors import did_you_mean
from artengine.params import Problem, quoted
from artengine.preset.address import LISTS, Address, no_such_entry
from artengine.preset.layer import Layer, Origin

POSITIONS = ("at", "before", "after")
"""The keys that add an entry."""

EDITS = (*POSITIONS, "remove")
"""The keys of an edit that are not parameters of the plugin."""


def is_edit(address: Address) -> bool:
    """Return whether an address is that of an edit, such as `feedback.trails.at`."""
    return len(address) == 3 and address[0] in LISTS and address[2] in EDITS


@dataclass(slots=True)
class Entry:
    """An entry of a list of plugins: its table and the origin of the table."""

    table: dict[str, Any]
    origin: Origin
    names: tuple[str, ...] = ()


def edit(
    word: str, entries: Sequence[Entry], edits: dict[str, Any], layer: Layer
) -> tuple[list[Entry], list[Problem]]:
    """Edit a list of plugins.

    Args:
        word: the list's name, such as "feedback".
        entries: its entries.
        edits: the table of each edit, by the entry's name.
        layer: the layer of the edits.

    Returns:
        The entries of the edited list, and the mistakes in the edits.
    """
    editor = _Editor(word, entries, layer)
    if not all(isinstance(change, dict) for change in edits.values()):
        text = f"a list of tables is needed; write [[{word}]] for each entry of a new list, or "
        return editor.entries, [Problem((word,), f"{text}[{word}.NAME] to change one")]
    problems = []
    for name, change in edits.items():
        try:
            editor.apply(name, change)
        except ValueError as error:
            problems.append(Problem((word, name), str(error)))
    return editor.entries, problems


class _Editor:
    def __init__(self, word: str, entries: Sequence[Entry], layer: Layer) -> None:
        self.word = word
        self.key = naming_key(word)
        self.layer = layer
        self.entries = list(entries)
        uses = [use_of(entry.table, self.key) for entry in entries]
        for number, (entry, name) in enumerate(zip(entries, entry_names(uses), strict=True)):
            entry.names = tuple(filter(None, (name, str(number))))

    def apply(self, name: str, change: dict[str, Any]) -> None:
        """Apply one edit. Raises ValueError."""
        positions = [key for key in POSITIONS if key in change]
        own = {key: value for key, value in change.items() if key not in EDITS}
        if "remove" in change:
            if change["remove"] is not True or len(change) > 1:
                raise ValueError("to remove it write remove = true, and nothing else")
            self.entries.remove(self._found(name))
        elif len(positions) > 1:
            raise ValueError(f"{' and '.join(positions)} given; give one of them")
        elif positions:
            self._add(name, own, positions[0], change[positions[0]])
        else:
            self._change(self._found(name, ' to add it say where, as at = "end"'), own)

    def _found(self, name: str, hint: str = "") -> Entry:
        for entry in self.entries:
            if name in entry.names:
                return entry
        known = [entry.names[0] for entry in self.entries]
        end = f";{hint}" if hint else ""
        raise ValueError(no_such_entry(self.word, name, known) + end)

    def _add(self, name: str, own: dict[str, Any], position: str, value: Any) -> None:
        if position == "at":
            if value not in ("start", "end"):
                near = did_you_mean(str(value), ["start", "end"])
                raise ValueError(f'at = {quoted(value)} given{near}; allowed: "start", "end"')
            index = 0 if value == "start" else len(self.entries)
        else:
            index = self.entries.index(self._found(str(value))) + (position == "after")
        table = {self.key: self._plugin(name), **own}
        names = (name,) if all(name not in entry.names for entry in self.entries) else ()
        self.entries.insert(index, Entry(table, Origin.of(table, self.layer), names or ("",)))

    def _plugin(self, name: str) -> str:
        """The plugin of a name: `noise-2` is a second `noise` if there is a first."""
        second = re.fullmatch(r"(.+)-\d+", name)
        uses = {use_of(entry.table, self.key) for entry in self.entries}
        return second[1] if second and second[1] in uses else name

    def _change(self, entry: Entry, own: dict[str, Any]) -> None:
        if "use" in own and own["use"] != entry.table.get("use"):
            entry.table.clear()
            entry.origin = Origin(self.layer)
        entry.table.update(own)
        for name, value in own.items():
            entry.origin.inside[name] = Origin.of(value, self.layer)
