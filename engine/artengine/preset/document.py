"""The merged table of a preset, with the origin of each value."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

from artengine.entry_names import naming_key, use_of
from artengine.params import Problem, quoted
from artengine.preset.address import LISTS, Address, to_numbers
from artengine.preset.edits import Entry, edit, is_edit
from artengine.preset.layer import Layer, Origin
from artengine.preset.made_with import MadeWith
from artengine.preset.toml_text import MOST_LEVELS, is_deep

TABLES = (
    "title",
    "about",
    "extends",
    "seed",
    "source",
    "model",
    "train",
    "dream",
    "time",
    "audio",
    "curves",
    "govern",
    "bend",
    "feedback",
    "state",
    "output",
    "writers",
)
"""The top-level keys of a preset, in the order of recipes."""

DEFAULT_WRITERS = ({"use": "mp4"},)
"""The writers of a preset that names none."""


class Document:
    """The table of a preset and of everything it extends.

    Args:
        layer: the layer of missing values, such as a missing table.
    """

    def __init__(self, layer: Layer) -> None:
        self.table: dict[str, Any] = {}
        self.renamed: list[str] = []
        """A sentence for each renamed key."""
        self.recipes: dict[Layer, MadeWith] = {}
        """The `[made_with]` tables of the files that are recipes."""
        self._origin = Origin(layer)

    def copy(self) -> Document:
        """Return an independent copy."""
        twin = Document(self._origin.layer)
        twin.table = _plain(self.table)
        twin.recipes = dict(self.recipes)
        twin._origin = self._origin.copy()
        return twin

    @property
    def made_with(self) -> MadeWith:
        """The `[made_with]` table, if the document's own file is a recipe."""
        return self.recipes.get(self._origin.layer, MadeWith())

    def written(self, address: Address) -> Layer:
        """Return the layer of a value; for a missing value, that of the table around it."""
        origin = self._origin
        for part in address:
            if part not in origin.inside:
                break
            origin = origin.inside[part]
        return origin.layer

    def uses(self) -> dict[str, list[str | None]]:
        """Return the plugins' names of each list of plugins, by the list's name."""
        return {
            word: [use_of(table, naming_key(word)) for table in self._entries(word)]
            for word in LISTS
        }

    def numbered(self, address: Address) -> Address:
        """Return the address with the names of entries replaced by indices. Raises ValueError."""
        return to_numbers(address, self.uses())

    def _entries(self, word: str) -> list[Any]:
        given = self.table.get(word, DEFAULT_WRITERS if word == "writers" else ())
        return list(given) if isinstance(given, list | tuple) else []

    def lay(self, table: Mapping[str, Any], layer: Layer) -> list[Problem]:
        """Merge another table into this one, overriding its values; return mistakes in edits.

        Top-level tables are merged key by key, unless they `use` another plugin, whose parameters
        would not fit; so are the table of losses in `train` and the tables in `audio`. A list of
        plugins is replaced by a list, and edited by a table. Everything else, including a curve, is
        replaced as a whole.
        """
        problems: list[Problem] = []
        for word, value in _plain(table).items():
            if word in LISTS and isinstance(value, dict):
                problems += self._edit(word, value, layer)
            elif isinstance(value, dict) and isinstance(self.table.get(word), dict):
                levels = {"train": 1, "audio": 2}.get(word, 0)
                _merge(self.table[word], value, self._origin.inside[word], layer, levels)
            else:
                self.table[word] = value
                self._origin.inside[word] = Origin.of(value, layer)
        return problems

    def _edit(self, word: str, edits: dict[str, Any], layer: Layer) -> list[Problem]:
        """Add, change and remove entries of a list of plugins."""
        if not isinstance(self.table.get(word, []), list):
            return []
        self._fill_in(word, layer)
        origin = self._origin.inside[word]
        entries = [
            Entry(table, origin.inside.get(number, Origin(origin.layer)))
            for number, table in enumerate(self.table[word])
        ]
        edited, problems = edit(word, entries, edits, layer)
        self.table[word] = [entry.table for entry in edited]
        origin.inside = {number: entry.origin for number, entry in enumerate(edited)}
        return problems

    def _fill_in(self, word: str, layer: Layer) -> None:
        """Create a missing list of plugins."""
        if word not in self.table:
            self.table[word] = _plain(self._entries(word))
            self._origin.inside[word] = Origin.of(self.table[word], layer)

    def put(self, address: Address, value: Any, layer: Layer) -> None:
        """Set one value; None removes it.

        An address that ends in `at`, `before`, `after` or `remove` edits a list of plugins.

        Raises:
            ValueError: when the address does not exist, with what exists instead.
        """
        if is_deep(value):
            raise ValueError(f"nests too deeply; allowed: {MOST_LEVELS} levels")
        value = None if value is None else _plain(value)
        if is_edit(address):
            problems = self._edit(str(address[0]), {str(address[1]): {address[2]: value}}, layer)
            if problems:
                raise ValueError(problems[0].text)
            return
        address = self.numbered(address)
        if address[0] in LISTS and len(address) > 1:
            self._fill_in(str(address[0]), layer)
        above: Any = self.table
        origin = self._origin
        for depth, part in enumerate(address[:-1]):
            step = _step(above, part, address[:depth])
            if isinstance(above, dict) and step not in above:
                above[str(step)] = {}
            above = above[step]
            origin = origin.inside.setdefault(step, Origin(layer))
        step = _step(above, address[-1], address[:-1])
        if value is None:
            if isinstance(above, dict):
                above.pop(str(step), None)
            origin.inside.pop(step, None)
            return
        if step == "use" and above.get("use", value) != value:
            above.clear()
            origin.inside.clear()
            origin.layer = layer
        above[step] = value
        origin.inside[step] = Origin.of(value, layer)


def _step(above: Any, part: str | int, passed: Address) -> str | int:
    """The key or index in `above` for a part of an address."""
    if isinstance(above, dict):
        return str(part)
    if isinstance(above, list) and isinstance(part, int) and part < len(above):
        return part
    if isinstance(above, list):
        holds = f"entries 0 to {len(above) - 1}" if above else "no entries"
    else:
        holds = f"the plain value {quoted(above)}"
    raise ValueError(f"there is no {part}; {'.'.join(map(str, passed))} holds {holds}")


def _merge(
    base: dict[str, Any], table: dict[str, Any], origin: Origin, layer: Layer, levels: int
) -> None:
    """Merge a table into another one, and nested tables down to `levels` levels."""
    if "use" in table and base.get("use", table["use"]) != table["use"]:
        base.clear()
        origin.inside.clear()
    origin.layer = layer
    for name, value in table.items():
        below = base.get(name)
        if levels and isinstance(value, dict) and isinstance(below, dict):
            _merge(below, value, origin.inside[name], layer, levels - 1)
        else:
            base[name] = value
            origin.inside[name] = Origin.of(value, layer)


def _plain(value: Any) -> Any:
    """Copy a value into types that TOML and JSON share; None is left out of tables."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Integral):
        return value if isinstance(value, bool) else int(value)
    return float(value) if isinstance(value, Real) else str(value)
