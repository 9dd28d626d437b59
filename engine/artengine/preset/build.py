"""Build a preset's plugins, settings and chains from its document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from artengine import __version__
from artengine.binding import Binding
from artengine.catalog import Catalog
from artengine.chain import Chain
from artengine.curves import Curve
from artengine.entry_names import entry_names
from artengine.errors import PresetError
from artengine.known_files import note_files
from artengine.model import Model
from artengine.params import Plugin, Problem
from artengine.preset.address import CHAINS, parse_address
from artengine.preset.audio_length import set_length
from artengine.preset.audio_tables import Audio, audio_tables, check_beats
from artengine.preset.bend_tables import bend_tables
from artengine.preset.budget import check_budget, check_tables
from artengine.preset.checks import check_dream, check_training
from artengine.preset.document import DEFAULT_WRITERS, TABLES, Document
from artengine.preset.files import is_there, remember
from artengine.preset.find import packaged_folder
from artengine.preset.governors import WORD, Governor, Steerable, govern_tables
from artengine.preset.heading import Heading
from artengine.preset.layer import Layer
from artengine.preset.made_with import MADE_WITH, MadeWith
from artengine.preset.messages import cut
from artengine.preset.named_curves import named_curves
from artengine.preset.override import Override
from artengine.preset.overriding import lay_overrides
from artengine.preset.plugins import PluginTables
from artengine.preset.recipe import to_toml
from artengine.preset.sections import check_words, refused, settings, spread_seed
from artengine.preset.time_settings import TimeSettings
from artengine.preset.weight_tables import weight_tables
from artengine.preset.writers import build_writers
from artengine.settings import DreamSettings, TrainSettings
from artengine.source import Source
from artengine.writer import Writer


@dataclass(frozen=True)
class Preset:
    """A validated preset. `with_values` returns one with other values.

    Args:
        name: the file's name without its suffix.
        path: the file, or None when there is none.
        title: the film's title.
        about: what the film looks like.
        seed: seed of the random numbers, 0 to 2**32 - 1.
        source: the source, with absolute paths.
        model: the model; parameters with a curve have the curve's first value.
        model_curves: the curves of the model's automatable parameters, by name.
        weights: a packaged name, or the absolute path of a run folder or file; None to use those
            that belong to the preset; for a blend the first.
        blend: the blend of weights, with the curve of its position.
        train: the `[train]` table.
        dream: the `[dream]` table; parameters with a curve have the curve's first value.
        dream_curves: the curves of its numbers, by name.
        time: the `[time]` table.
        audio: its sounds, by name.
        curves: the named curves, which others may read.
        governors: the governors; the numbers that they steer have a curve.
        names: the named signals that its curves may read.
        bend: operations inside the network, with their curves, in order.
        feedback: effects on predictions before they are fed back, with their curves, in order.
        state: effects on a recurrent network's state, with their curves, in order.
        output: effects on the film only, in order.
        writers: the writers; a missing path becomes the preset's name.
        files: absolute paths and patterns that it reads, by address.
        table: the complete preset as a plain table, without `extends`, with absolute paths.
        overrides: the overrides of its values.
        notes: remarks for the user that are not mistakes.
        missing: the files of a recipe that are not on this machine; see `refuse_missing`.
        document: the document that it was built from.
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
    blend: Binding | None
    train: TrainSettings
    dream: DreamSettings
    dream_curves: Mapping[str, Curve]
    time: TimeSettings
    audio: Mapping[str, Audio]
    curves: Mapping[str, Curve]
    governors: tuple[Governor, ...]
    names: frozenset[str]
    bend: tuple[Binding, ...]
    feedback: tuple[Binding, ...]
    state: tuple[Binding, ...]
    output: tuple[Binding, ...]
    writers: tuple[Writer, ...]
    files: Mapping[str, str]
    table: Mapping[str, Any]
    overrides: tuple[Override, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[Problem, ...] = ()
    document: Document = field(kw_only=True, repr=False, compare=False)
    catalog: Catalog = field(kw_only=True, repr=False, compare=False)

    def feedback_chain(self) -> Chain:
        """Return a new chain of the feedback effects, which shares no state with others."""
        return Chain([binding.fresh() for binding in self.feedback], "feedback", self.seed)

    def output_chain(self) -> Chain:
        """Return a new chain of the output effects, which shares no state with others."""
        return Chain([binding.fresh() for binding in self.output], "output", self.seed)

    def inside(self) -> dict[str, Binding]:
        """Return the weight blend and the bends, which change the network, by address."""
        blend = {"model.weights": self.blend} if self.blend else {}
        names = entry_names([binding.plugin.name for binding in self.bend])
        return blend | {f"bend.{name}": each for name, each in zip(names, self.bend, strict=True)}

    def plugins(self) -> list[Plugin]:
        """Return all of its plugins, including the curves."""
        chains = [binding.plugin for word in CHAINS for binding in getattr(self, word)]
        curves = self.curves_by_address().values()
        return [self.source, self.model, *chains, *curves, *self.writers]

    def curves_by_address(self) -> dict[str, Curve]:
        """Return all curves by the address of the driven parameter, named ones first."""
        tables: dict[str, Mapping[str, Curve]]
        tables = {"curves": self.curves, "dream": self.dream_curves, "model": self.model_curves}
        tables |= {address: each.curves for address, each in self.bindings_by_address().items()}
        for number, governor in enumerate(self.governors):
            tables[f"{WORD}.{number}"] = {"at": governor.at} if governor.at else {}
        return {
            f"{address}.{name}": curve
            for address, curves in tables.items()
            for name, curve in curves.items()
        }

    def bindings_by_address(self) -> dict[str, Binding]:
        """Return all effects, bends and the weight blend by address."""
        found = dict(self.inside())
        for word in CHAINS:
            effects: tuple[Binding, ...] = getattr(self, word)
            names = entry_names([binding.plugin.name for binding in effects])
            found |= {f"{word}.{name}": each for name, each in zip(names, effects, strict=True)}
        return found

    def with_values(self, values: Mapping[str, Any], origin: str = "") -> Preset:
        """Return the preset with other values, validated as a whole.

        Args:
            values: the new values by address, such as `{"dream.frames": 100}`; None removes a
                value.
            origin: the option that gives the values, for messages; by default the preset's name.

        Raises:
            PresetError: when a value is not allowed, or its address does not exist.
        """
        document = self.document.copy()
        layer = Layer(origin or self.name, Path.cwd(), named=True)
        problems = []
        for given, value in values.items():
            try:
                document.put(parse_address(given), value, layer)
            except ValueError as error:
                problems.append(f"{self.name}: {given}: {error}")
        if problems:
            raise PresetError(cut(problems))
        # The document contains the overrides already; applied again, they would undo the values.
        changed = build(document, self.catalog, name=self.name, path=self.path)
        return replace(changed, overrides=self.overrides)

    def recipe(self) -> str:
        """Return the TOML of a preset for the same film on this machine, with absolute paths."""
        return to_toml({**self.table, MADE_WITH: MadeWith(__version__).table()})

    def missing_files(self) -> dict[str, str]:
        """Return the missing files that it reads, by address.

        The clip of a packaged preset is left out: presets for the user's own clip are packaged
        without one.
        """
        packaged = packaged_folder().absolute()
        return {
            address: path
            for address, path in self.files.items()
            if not is_there(path) and not Path(path).is_relative_to(packaged)
        }

    def remember_files(self) -> None:
        """Record all files that it reads, so that its recipe may read them from any folder and
        finds them by their digests."""
        remember(self.files.values())
        note_files(self.files.values())


def build(
    document: Document,
    catalog: Catalog,
    *,
    name: str,
    path: Path | None = None,
    overrides: Sequence[Override] = (),
) -> Preset:
    """Validate a document and build its preset. No file is written, and no argument is changed.

    Args:
        document: the preset, merged with everything that it extends.
        catalog: the plugins that it may name.
        name: the preset's name.
        path: the file that it was read from.
        overrides: values that replace the document's.

    Raises:
        PresetError: with every mistake in it and in the overrides.
    """
    document = document.copy()
    mistakes = lay_overrides(document, overrides, catalog)
    table = deepcopy(document.table)
    table.setdefault("writers", [dict(each) for each in DEFAULT_WRITERS])
    plugins = PluginTables(table, document, catalog)
    plugins.problems += check_tables(table)
    if plugins.problems:
        raise refused([], document, plugins)
    check_words(table, plugins)
    heading, _ = settings(Heading, table, plugins)
    if heading is not None:
        spread_seed(table, catalog, heading.seed)
    time, _ = settings(TimeSettings, table, plugins, "time")
    audio = audio_tables(plugins)
    if time is not None:
        check_beats(time, table, plugins)
    curves = named_curves(plugins)
    source = plugins.source()
    set_length(table, audio, source, plugins)
    weights, blend = weight_tables(plugins)
    model, model_curves = plugins.model()
    train, _ = settings(TrainSettings, table, plugins, "train")
    dream, dream_curves = settings(DreamSettings, table, plugins, "dream")
    bend = bend_tables(plugins)
    chains = {word: plugins.effects(word) for word in CHAINS}
    governors: tuple[Governor, ...] = ()
    if model and dream and not plugins.problems:
        steerable = Steerable(chains, (model, model_curves), (dream, dream_curves), bend, blend)
        governors = govern_tables(plugins, steerable)
    writers = build_writers(plugins, table, document, name)
    if model and train:
        plugins.problems += check_training(model, train, table.get("train", {}))
    if model and dream:
        state = bool(chains["state"])
        plugins.problems += check_dream(model, dream, dream_curves, catalog, state=state)
    if train and dream and not plugins.problems:
        plugins.problems += check_budget(train, dream, chains["output"], writers)
    wrong = mistakes or plugins.problems
    if wrong or not (heading and source and model and train and dream and time):
        raise refused(mistakes, document, plugins)
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
        blend=blend,
        train=train,
        dream=dream,
        dream_curves=dream_curves,
        time=time,
        audio=audio,
        curves=curves,
        governors=governors,
        names=plugins.names,
        bend=bend,
        **chains,
        writers=writers,
        files=plugins.files,
        table={word: table[word] for word in TABLES if word in table},
        overrides=tuple(overrides),
        notes=tuple(plugins.recipe.notes),
        missing=tuple(plugins.recipe.missing),
        document=document,
        catalog=catalog,
    )
