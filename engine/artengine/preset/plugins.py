"""Build the plugins of a preset's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from artengine.binding import Binding
from artengine.catalog import Catalog, Kind
from artengine.curves import Curve
from artengine.curves.named import name_fault
from artengine.curves.tables import CurveTables, curve_kind
from artengine.entry_names import entry_names
from artengine.model import Model
from artengine.params import CurveError, Plugin, Problem, TableError, automatable, is_path, quoted
from artengine.preset.address import Address, to_names, to_numbers, write_address
from artengine.preset.belongs import elsewhere
from artengine.preset.document import Document
from artengine.preset.effect_checks import check_effect
from artengine.preset.files import PathError, readable
from artengine.preset.find import is_file
from artengine.preset.mask_files import with_mask_files
from artengine.preset.recipe_files import RecipeFiles
from artengine.preset.signal_names import signal_names
from artengine.settings_table import Settings
from artengine.source import Source

SettingsT = TypeVar("SettingsT", bound=Settings)


class PluginTables:
    """Builds the plugins of a preset's tables, and collects their mistakes.

    Args:
        table: the preset; it is changed: the paths of files to read become absolute.
        document: the document, which has the origins of values.
        catalog: the plugins that the preset may name.
    """

    def __init__(self, table: dict[str, Any], document: Document, catalog: Catalog) -> None:
        self._table = table
        self._document = document
        self.catalog = catalog
        self._uses = document.uses()
        self.problems: list[Problem] = []
        self.files: dict[str, str] = {}
        """The absolute paths of the files to read, by address."""
        self.names = signal_names(table)
        """The named signals that curves may read."""
        self.recipe = RecipeFiles(document, catalog)
        """Finds the files of a recipe."""

    def problem(self, address: Address, text: str) -> None:
        """Add a mistake."""
        self.problems.append(Problem(address, text))

    def named(self, address: Address) -> str:
        """Return an address as text, with the names of entries."""
        return write_address(to_names(address, self._uses))

    def numbered(self, address: Address) -> Address:
        """Return an address with the names of entries replaced by indices. Raises ValueError."""
        return to_numbers(address, self._uses)

    def is_table(self, word: str, given: Any) -> bool:
        """Return whether the value is a table; if not, add a mistake."""
        if not isinstance(given, dict):
            self.problem((word,), f"a table is needed; write [{word}], once")
        return isinstance(given, dict)

    def named_entries(self, word: str, most: int, form: str) -> dict[str, Any]:
        """Return the valid entries of a table whose keys are names in expressions; add mistakes.

        Args:
            word: the table's name.
            most: maximum number of entries.
            form: the form of the table, for messages.
        """
        given = self._table.get(word, {})
        if not isinstance(given, dict):
            self.problem((word,), f"a table is needed; write {form}")
            return {}
        if len(given) > most:
            self.problem((word,), f"{len(given):,} given; allowed: {most}")
            return {}
        faults = {name: name_fault(name) for name in given}
        for name, fault in faults.items():
            if fault:
                self.problem((word, name), fault)
        return {name: each for name, each in given.items() if not faults[name]}

    def source(self) -> Source | None:
        """Build the preset's source."""
        binding = self._one("source")
        return binding.plugin if binding and isinstance(binding.plugin, Source) else None

    def model(self) -> tuple[Model | None, dict[str, Curve]]:
        """Build the preset's model, and the curves of its parameters."""
        binding = self._one("model")
        if binding is None or not isinstance(binding.plugin, Model):
            return None, {}
        return binding.plugin, binding.curves

    def _one(self, word: Kind) -> Binding | None:
        """The only plugin of a kind; the kind is also the table's name."""
        if word not in self._table:
            known = ", ".join(self.catalog.plugins(word)) or "none"
            self.problem((word,), f"missing; write [{word}] with use = one of: {known}")
            return None
        table = self._table[word]
        kind = self.kind(word, (word,), table) if self.is_table(word, table) else None
        return None if kind is None else self.binding(kind, (word,), table)

    def tables(self, word: str, each: str) -> list[tuple[Address, dict[str, Any]]]:
        """Return the tables of a list of plugins, with their addresses."""
        given = self._table.get(word, [])
        if not isinstance(given, list):
            self.problem((word,), f"a list of tables is needed; write [[{word}]] for each {each}")
            return []
        tables: list[tuple[Address, dict[str, Any]]] = []
        for index, table in enumerate(given):
            if isinstance(table, dict):
                tables.append(((word, index), table))
            else:
                self.problem((word, index), f"a table is needed; write [[{word}]] for each {each}")
        return tables

    def effects(self, word: str) -> tuple[Binding, ...]:
        """Build the effects of a chain."""
        effects = []
        for address, table in self.tables(word, "effect"):
            kind = self.kind("effect", address, table)
            binding = None if kind is None else self.binding(kind, address, table)
            if binding is not None:
                effects.append(binding)
                self.problems += [each.inside(*address) for each in check_effect(word, binding)]
        return tuple(effects)

    def kind(self, kind: Kind, address: Address, table: dict[str, Any]) -> type[Plugin] | None:
        """Return the plugin class that a table names with `use`."""
        known = self.catalog.plugins(kind)
        used = table.get("use")
        if used is None:
            self.problem(address, f"use is missing; it names the {kind}: {', '.join(known)}")
        elif not isinstance(used, str) or used not in known:
            instead = self.recipe.instead((*address, "use"), kind, str(used))
            self.problem((*address, "use"), f"there is no {kind} {quoted(used)}{instead}")
        else:
            self.recipe.check_provider((*address, "use"), known[used])
            return known[used]
        return None

    def binding(
        self, kind: type[Plugin], address: Address, table: dict[str, Any]
    ) -> Binding | None:
        """Build a plugin with the parameters of its table."""
        self._resolve_files(kind, address, table)
        presets_own = {"model": ("use", "weights"), "bend": ("operation",)}.get(kind.kind, ("use",))
        own = {name: value for name, value in table.items() if name not in presets_own}
        try:
            return Binding.parse(kind, own, self.catalog.curves, self.names, self.catalog.film_of)
        except TableError as error:
            for each in error.problems:
                edit = self._misplaced_edit(address, each, own)
                text = each.text + elsewhere(kind, each, self.catalog)
                self.problems.append(edit or replace(each, text=text).inside(*address))
            return None

    def _misplaced_edit(
        self, address: Address, problem: Problem, own: Mapping[str, Any]
    ) -> Problem | None:
        """A mistake for an edit in the file that has the list; TOML adds it to the last entry.

        Args:
            address: address of the entry.
            problem: a mistake in the entry.
            own: keys of the entry.
        """
        name = problem.address[0] if len(problem.address) == 1 else None
        if len(address) != 2 or name is None or not isinstance(own.get(str(name)), dict):
            return None
        word = str(address[0])
        known = self.catalog.plugins("writer" if word == "writers" else "effect")
        if name not in known and name not in entry_names(self._uses[word]):
            return None
        return Problem(
            (word, name),
            f"[{word}.{name}] edits a list of the preset that is extended, and this file has a "
            f"list of its own; write the values into its [[{word}]] table, or into a preset that "
            "extends this one",
        )

    def _resolve_files(self, kind: type[Plugin], address: Address, table: dict[str, Any]) -> None:
        fields = {**kind.model_fields, **(kind.controls.model_fields if kind.controls else {})}
        for name, info in fields.items():
            given = table.get(name)
            if isinstance(given, dict):
                self.curve_files((*address, name), given)
                continue
            if not is_path(info) or not given:
                continue
            if isinstance(given, str):
                table[name] = self.file((*address, name), given)
            elif isinstance(given, list) and all(isinstance(path, str) for path in given):
                table[name] = [self.file((*address, name, i), path) for i, path in enumerate(given)]
        try:
            table |= with_mask_files(kind, table, self.names, partial(self._mask_file, address))
        except CurveError as error:
            self.problem(address, str(error))

    def _mask_file(self, address: Address, name: str, number: int, given: str) -> str:
        place = (*address, name, number) if number else (*address, name)
        return self.file(place, given, overridable=False)

    def curve_files(self, address: Address, given: Any) -> None:
        """Make the paths of a curve's files absolute, if the value is a curve."""
        curve = curve_kind(given, self.catalog.curves) if isinstance(given, dict) else None
        if curve is not None:
            self._resolve_files(curve, address, given)

    def settings(
        self, kind: type[SettingsT], address: Address, table: dict[str, Any]
    ) -> tuple[SettingsT | None, dict[str, Curve], list[Problem]]:
        """Build a table of settings with the curves of its numbers, and return its mistakes."""
        curves: dict[str, Curve] = {}
        problems: list[Problem] = []
        numbers = automatable(kind)
        for name in numbers & table.keys():
            self.curve_files((*address, name), table[name])
        reading = CurveTables(self.catalog.curves, self.names, curves, problems)
        return reading.bound(kind, numbers, table), curves, problems

    def file(self, address: Address, given: str, *, overridable: bool = True) -> str:
        """Return the absolute path of a file to read.

        Args:
            address: address of the path.
            given: the path in the preset.
            overridable: whether an override of the address can replace the path.
        """
        layer = self._document.written(address)
        try:
            named = self.named(address) if overridable else ""
            given, known = self.recipe.path(address, named, given)
            whole = given if known else readable(given, layer, named)
        except PathError as error:
            self.problem(address, str(error))
            return given
        self.files[self.named(address)] = whole
        return whole

    def weights(self) -> str | None:
        """Return the weights that a preset names: a packaged name, or an absolute path."""
        model = self._table.get("model")
        if not isinstance(model, dict) or "weights" not in model:
            return None
        given, address = model["weights"], ("model", "weights")
        if not isinstance(given, str) or not given:
            self.problem(
                address,
                f"{quoted(given)} given; allowed: a packaged name, a run folder or a weights file, "
                'or a blend, as { blend = ["a", "b"], at = 0.5 }',
            )
            return None
        if self._is_weights_path(address, given.rpartition("@")[0] or given):
            model["weights"] = self.weights_path(address, given)
        else:
            model["weights"] = self.recipe.shipped_weights(given)
            if model["weights"] != given:
                self.files[self.named(address)] = model["weights"]
        return str(model["weights"])

    def model_table(self) -> dict[str, Any]:
        """Return the table `[model]`, or an empty one."""
        table = self._table.get("model")
        return table if isinstance(table, dict) else {}

    def weights_path(self, address: Address, given: str) -> str:
        """Return a packaged name unchanged, or an absolute path with its suffix such as `@100`."""
        name, mark, step = given.rpartition("@")
        if not mark or is_file(self._document.written(address).folder / given):
            name, mark, step = given, "", ""
        if not self._is_weights_path(address, name):
            return given
        return f"{self.file(address, name)}{mark}{step}"

    def _is_weights_path(self, address: Address, given: str) -> bool:
        # A folder that happens to have the name of packaged weights is not a path to weights.
        if "/" in given or "\\" in given or given.startswith("."):
            return True
        layer = self._document.written(address)
        if layer in self._document.recipes and given in self._document.recipes[layer].files:
            return True
        beside = layer.folder / given
        try:
            return is_file(beside) or any(beside.glob("*.weights.h5"))
        except (OSError, ValueError):
            return False
