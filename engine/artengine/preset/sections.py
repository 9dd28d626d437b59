"""Reading and checking the parts of a preset other than its plugins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from artengine.catalog import Catalog
from artengine.curves import Curve
from artengine.errors import PresetError, did_you_mean
from artengine.params import Problem, clamp
from artengine.preset.address import LISTS, write_address
from artengine.preset.belongs import belongs
from artengine.preset.document import TABLES, Document
from artengine.preset.messages import MOST_LINES, cut
from artengine.preset.plugins import PluginTables
from artengine.settings_table import Settings

SettingsT = TypeVar("SettingsT", bound=Settings)


def check_words(table: Mapping[str, Any], plugins: PluginTables) -> None:
    """Add a mistake for every unknown top-level key of the preset."""
    for word in table:
        # `extends` has been resolved and removed from the tables of files.
        if word == "extends":
            plugins.problem((word,), "unknown; allowed in a preset's file only")
        elif word not in TABLES and (places := _in_lists(word, table[word], plugins)):
            plugins.problem((word,), f"unknown (did you mean {' or '.join(places)}?)")
        elif word not in TABLES:
            near, place = did_you_mean(word, TABLES), belongs(word)
            plugins.problem((word,), f"unknown{near}; allowed: {', '.join(TABLES)}{place}")


def _in_lists(word: str, given: Any, plugins: PluginTables) -> list[str]:
    """The addresses that an unknown key may mean, if it is the name of an entry of a list."""
    keys = list(given)[:1] if isinstance(given, dict) else []
    places = []
    for name in LISTS:
        try:
            plugins.numbered((name, word))
        except ValueError:
            continue
        places.append(write_address((name, word, *keys)))
    return places


def settings(
    kind: type[SettingsT], table: Mapping[str, Any], plugins: PluginTables, word: str = ""
) -> tuple[SettingsT | None, dict[str, Curve]]:
    """Build the settings of a table, or of the top-level keys, and their curves."""
    own = {name: table[name] for name in kind.model_fields if name in table}
    if word:
        own = table.get(word, {})
        if not plugins.is_table(word, own):
            return None, {}
    settings, curves, problems = plugins.settings(kind, (word,) if word else (), own)
    for each in problems:
        name = str(each.address[0]) if each.address else ""
        place = belongs(name, word) if name not in kind.model_fields else ""
        told = replace(each, text=each.text + place)
        plugins.problems.append(told.inside(word) if word else told)
    return settings, curves


def spread_seed(table: Mapping[str, Any], catalog: Catalog, seed: int) -> None:
    """Set the preset's seed on a source that has a seed parameter without a value."""
    source = table.get("source")
    if not isinstance(source, dict) or "seed" in source:
        return
    kind = catalog.sources.get(str(source.get("use")))
    info = None if kind is None else kind.model_fields.get("seed")
    if info is not None and info.annotation is int and clamp(info, seed) == seed:
        source["seed"] = seed


def refused(mistakes: list[str], document: Document, plugins: PluginTables) -> PresetError:
    """Return the error of a preset. Only those mistakes that are shown are formatted."""
    problems = plugins.problems
    told = [_formatted(problem, document, plugins) for problem in problems[:MOST_LINES]]
    return PresetError(cut([*mistakes, *told], more=max(0, len(problems) - MOST_LINES)))


def _formatted(problem: Problem, document: Document, plugins: PluginTables) -> str:
    """A mistake, prefixed with its file and address."""
    label = document.written(problem.address).label
    return f"{label}: {plugins.named(problem.address)}: {problem.text}"
