"""From a preset's document to the plugins, settings and chains that it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from artengine import __version__
from artengine.binding import Binding
from artengine.catalog import Catalog
from artengine.chain import Chain
from artengine.curves import Curve
from artengine.entry_names import entry_names
from artengine.errors import PresetError, did_you_mean
from artengine.model import Model
from artengine.params import Problem, check, clamp
from artengine.preset.address import CHAINS, parse_address, write_address
from artengine.preset.belongs import belongs
from artengine.preset.budget import check_budget, check_tables
from artengine.preset.checks import check_dream, check_training
from artengine.preset.document import DEFAULT_WRITERS, TABLES, Document
from artengine.preset.edits import POSITIONS, is_edit
from artengine.preset.files import remember
from artengine.preset.heading import Heading
from artengine.preset.layer import Layer
from artengine.preset.made_with import MADE_WITH, MadeWith
from artengine.preset.messages import MOST_LINES, cut
from artengine.preset.override import Override
from artengine.preset.plugins import PluginTables, text_fields
from artengine.preset.recipe import to_toml
from artengine.preset.writers import build_writers
from artengine.settings import DreamSettings, Settings, TrainSettings
from artengine.source import Source
from artengine.writer import Writer

SettingsT = TypeVar("SettingsT", bound=Settings)


@dataclass(frozen=True)
class Preset:
    """A checked preset. `with_values` gives one with other values.

    Args:
        name: the file's name without its ending.
        path: the file, or None when there is none.
        title: what the film is called.
        about: what it looks like.
        seed: where random numbers start, 0 to 2**32 - 1.
        source: the source, with absolute paths.
        model: the model; what a curve drives has the value that the curve begins with.
        model_curves: the curves of the model's automatable parameters, by name.
        weights: a packaged name, or the absolute path of a run folder or file; None to use those
            that belong to the preset.
        train: how the network learns.
        dream: how it dreams.
        feedback: effects on what is fed back, with their curves, in order.
        state: effects on what a recurrent network carries, with their curves, in order.
        output: effects on what is written only, in order.
        writers: where films go; a path that was left out is the preset's name.
        files: absolute paths and patterns that it reads.
        table: all of it as one plain table, without `extends`, with absolute paths.
        overrides: what was put in place of its values.
        notes: what the user should know of it, though it is no mistake.
        document: what it was built from.
        catalog: the plugins that it was built with.
    """

    name: str
    path: Path | None
    title: str
    about: str
    seed: int
    source: Source
    model: Model
    model_curves: Mapping[str, Curve]
    weights: str | None
    train: TrainSettings
    dream: DreamSettings
    feedback: tuple[Binding, ...]
    state: tuple[Binding, ...]
    output: tuple[Binding, ...]
    writers: tuple[Writer, ...]
    files: tuple[str, ...]
    table: Mapping[str, Any]
    overrides: tuple[Override, ...] = ()
    notes: tuple[str, ...] = ()
    document: Document = field(kw_only=True, repr=False, compare=False)
    catalog: Catalog = field(kw_only=True, repr=False, compare=False)

    def feedback_chain(self) -> Chain:
        """A new chain of the effects on what is fed back, sharing no state with any other."""
        return Chain([binding.fresh() for binding in self.feedback], "feedback", self.seed)

    def output_chain(self) -> Chain:
        """A new chain of the effects on what is written only, sharing no state with any other."""
        return Chain([binding.fresh() for binding in self.output], "output", self.seed)

    def bindings(self) -> dict[str, Binding]:
        """Everything that curves may drive, by address: the model, and the effects of the chains.

        The model's binding shares the model; it is not to be set to a time.
        """
        found = {"model": Binding(self.model, dict(self.model_curves))}
        for word in CHAINS:
            effects: tuple[Binding, ...] = getattr(self, word)
            names = entry_names([binding.plugin.name for binding in effects])
            found |= {
                f"{word}.{name}": binding for name, binding in zip(names, effects, strict=True)
            }
        return found

    def with_values(self, values: Mapping[str, Any]) -> Preset:
        """The preset with other values, checked as a whole.

        Args:
            values: the new values by address, as `{"dream.frames": 100}`; None takes out what is
                there.

        Raises:
            PresetError: when a value is not allowed, or has no place.
        """
        document = self.document.copy()
        layer = Layer(self.name, Path.cwd(), named=True)
        problems = []
        for given, value in values.items():
            try:
                document.put(parse_address(given), value, layer)
            except ValueError as error:
                problems.append(f"{self.name}: {given}: {error}")
        if problems:
            raise PresetError(cut(problems))
        # The document holds the overrides already; laid over it again, they would undo the values.
        changed = build(document, self.catalog, name=self.name, path=self.path)
        return replace(changed, overrides=self.overrides)

    def recipe(self) -> str:
        """The TOML of a complete preset that makes the same film on this machine.

        It holds absolute paths. `artengine.resolve` makes recipes that hold none.
        """
        return to_toml({**self.table, MADE_WITH: MadeWith(__version__).table()})

    def remember_files(self) -> None:
        """Note all files it reads, so that its recipe may read them from any folder."""
        remember(self.files)


def build(
    document: Document,
    catalog: Catalog,
    *,
    name: str,
    path: Path | None = None,
    overrides: Sequence[Override] = (),
) -> Preset:
    """Check a document and make the preset of it. Nothing is written, and no input is changed.

    Args:
        document: the preset with all that it extends.
        catalog: the plugins it may name.
        name: the preset's name.
        path: the file that it was read from.
        overrides: values to put in place of the document's.

    Raises:
        PresetError: with every mistake that it and the overrides hold.
    """
    document = document.copy()
    mistakes = _lay_overrides(document, overrides, catalog)
    table = deepcopy(document.table)
    table.setdefault("writers", [dict(each) for each in DEFAULT_WRITERS])
    plugins = PluginTables(table, document, catalog)
    plugins.problems += check_tables(table)
    if plugins.problems:
        raise _refused([], document, plugins)
    _check_words(table, plugins)
    heading = _settings(Heading, table, plugins)
    if heading is not None:
        _spread_seed(table, catalog, heading.seed)
    source = plugins.source()
    weights = plugins.weights()
    model, model_curves = plugins.model()
    train = _settings(TrainSettings, table, plugins, "train")
    dream = _settings(DreamSettings, table, plugins, "dream")
    chains = {word: plugins.effects(word) for word in CHAINS}
    writers = build_writers(plugins, table, document, name)
    if model and train:
        plugins.problems += check_training(model, train, table.get("train", {}))
    if model and dream:
        plugins.problems += check_dream(model, dream, catalog, state=bool(chains["state"]))
    if train and dream and not plugins.problems:
        plugins.problems += check_budget(train, dream, chains["output"], writers)
    if mistakes or plugins.problems or not (heading and source and model and train and dream):
        raise _refused(mistakes, document, plugins)
    title = heading.title or name
    table |= {"title": title, "seed": heading.seed}
    return Preset(
        name=name,
        path=path,
        title=title,
        about=heading.about,
        seed=heading.seed,
        source=source,
        model=model,
        model_curves=model_curves,
        weights=weights,
        train=train,
        dream=dream,
        **chains,
        writers=writers,
        files=tuple(plugins.files),
        table={word: table[word] for word in TABLES if word in table},
        overrides=tuple(overrides),
        notes=tuple(plugins.notes),
        document=document,
        catalog=catalog,
    )


def _lay_overrides(
    document: Document, overrides: Sequence[Override], catalog: Catalog
) -> list[str]:
    """Put overrides in their places; return the mistakes in them."""
    mistakes = []
    is_text = text_fields(document.table, catalog)
    for override in sorted(overrides, key=_order):
        address, value = override.address, override.value
        try:
            if not is_edit(address):
                address = document.numbered(address)
                if not isinstance(value, str) and is_text(address):
                    value = override.text
            document.put(address, value, Layer(override.origin, Path.cwd(), named=True))
        except ValueError as error:
            written = write_address(override.address)
            mistakes.append(f"{override.origin}: {written}: {error}")
    return mistakes


def _order(override: Override) -> int:
    """What is added comes first, then what is another plugin, whose parameters differ."""
    last = override.address[-1]
    return 0 if last in POSITIONS else 1 if last == "use" else 2


def _check_words(table: Mapping[str, Any], plugins: PluginTables) -> None:
    known = [word for word in TABLES if word != "extends"]
    for word in table:
        if word not in known:
            near, place = did_you_mean(word, known), belongs(word)
            plugins.problem((word,), f"unknown{near}; allowed: {', '.join(known)}{place}")


def _settings(
    kind: type[SettingsT], table: Mapping[str, Any], plugins: PluginTables, word: str = ""
) -> SettingsT | None:
    """The settings of a table, or of the keys above all tables."""
    own = {name: table[name] for name in kind.model_fields if name in table}
    if word:
        own = table.get(word, {})
        if not plugins.is_table(word, own):
            return None
    checked = check(kind, own)
    if isinstance(checked, list):
        for each in checked:
            name = str(each.address[0]) if each.address else ""
            place = belongs(name, word) if name not in kind.model_fields else ""
            told = replace(each, text=each.text + place)
            plugins.problems.append(told.inside(word) if word else told)
        return None
    return checked


def _spread_seed(table: Mapping[str, Any], catalog: Catalog, seed: int) -> None:
    """Give the preset's seed to a source that draws random numbers and has no seed of its own."""
    source = table.get("source")
    if not isinstance(source, dict) or "seed" in source:
        return
    kind = catalog.sources.get(str(source.get("use")))
    info = None if kind is None else kind.model_fields.get("seed")
    if info is not None and info.annotation is int and clamp(info, seed) == seed:
        source["seed"] = seed


def _refused(mistakes: list[str], document: Document, plugins: PluginTables) -> PresetError:
    """The error of a preset. Of thousands of mistakes only those that are shown are worded."""
    problems = plugins.problems
    told = [_told(problem, document, plugins) for problem in problems[:MOST_LINES]]
    return PresetError(cut([*mistakes, *told], more=max(0, len(problems) - MOST_LINES)))


def _told(problem: Problem, document: Document, plugins: PluginTables) -> str:
    """A mistake with the file that holds it and the address of what is wrong."""
    label = document.written(problem.address).label
    return f"{label}: {plugins.named(problem.address)}: {problem.text}"
