"""From a preset's file to the plugins, settings and chains that it asks for."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field

from artengine.binding import Binding, curve_kind
from artengine.catalog import KINDS, Catalog, Kind
from artengine.chain import Chain
from artengine.curves import Curve, CurveKinds
from artengine.effect import Effect
from artengine.errors import PresetError, UsageError, did_you_mean
from artengine.model import Model
from artengine.params import Plugin, Problem, TableError, check, is_path, shown
from artengine.preset.address import CHAINS, LISTS, Address, to_names, write_address
from artengine.preset.document import (
    TABLES,
    Document,
    lay_overrides,
    lay_table,
    read_document,
)
from artengine.preset.files import PathError, readable, remember, writable
from artengine.preset.find import RECIPE, find_preset, is_file
from artengine.preset.override import Override, parse_overrides
from artengine.preset.recipe import one_line, to_toml
from artengine.settings import DreamSettings, LossWeights, Settings, TrainSettings
from artengine.sidecar import read_sidecar
from artengine.source import Source
from artengine.writer import Writer

logger = logging.getLogger("artengine")

SettingsT = TypeVar("SettingsT", bound=Settings)


class Heading(Settings):
    """What stands above a preset's tables."""

    title: str = ""
    """What the film is called; by default the preset's name."""

    about: str = ""
    """What it looks like, in a sentence."""

    seed: int = Field(0, ge=0, lt=2**32)
    """Where random numbers start; another seed makes another film."""


@dataclass(frozen=True)
class Preset:
    """A checked preset.

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
        state: effects on what a recurrent network remembers, with their curves, in order.
        output: effects on what is written only, in order.
        writers: where films go; a path that was left out is the preset's name.
        files: absolute paths and patterns that it reads.
        table: all of it as one plain table, without `extends`.
        curve_kinds: the kinds of curves that its parameters take, by telling key.
        overrides: what was put in place of its values.
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
    curve_kinds: CurveKinds = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()

    def feedback_chain(self) -> Chain:
        """A new chain of the effects on what is fed back, sharing no state with any other."""
        return Chain([binding.fresh() for binding in self.feedback], "feedback", self.seed)

    def output_chain(self) -> Chain:
        """A new chain of the effects on what is written only, sharing no state with any other."""
        return Chain([binding.fresh() for binding in self.output], "output", self.seed)

    def recipe(self) -> str:
        """The TOML of a preset that stands alone and makes the same film."""
        return to_toml(self.table)

    def remember_files(self) -> None:
        """Note all files it reads, so that its recipe may read them from any folder."""
        remember(self.files)


def load_preset(
    where: str | Path, catalog: Catalog, overrides: Iterable[str | Override] = ()
) -> Preset:
    """Read and check a preset.

    Args:
        where: a name to search for, a file, a folder that holds a recipe, or a film or picture
            that carries one.
        catalog: the plugins it may name.
        overrides: values to put in place of the preset's, as "dream.frames=100".

    Raises:
        UsageError: when there is no such preset or film.
        SourceError: when a film or picture cannot be read.
        PresetError: with every mistake that it and the overrides hold.
    """
    if catalog.writer_for(str(where)) is not None and not is_file(Path(where)):
        raise UsageError(f"there is no file {where}")
    path = find_preset(str(where))
    # Recipes of run folders and gallery pieces all have one name; their folders tell them apart.
    name = path.absolute().parent.name if path.name == RECIPE else path.stem
    return _checked(read_document(path, _carried(path, catalog)), name, path, catalog, overrides)


def _carried(path: Path, catalog: Catalog) -> str | None:
    """The recipe inside of a film or picture; None for a file that is a preset itself."""
    kind = None if path.suffix == ".toml" else catalog.writer_for(path.name)
    if kind is None:
        return None
    recipe = kind.read_recipe(path) or read_sidecar(path)
    if not recipe:
        raise UsageError(f"{path} carries no recipe; give a preset, or a film that carries one")
    return recipe


def parse_preset(
    table: Mapping[str, Any],
    catalog: Catalog,
    overrides: Iterable[str | Override] = (),
    *,
    name: str = "preset",
) -> Preset:
    """Check a preset that is given as a table; its paths are relative to the working folder.

    Raises:
        PresetError: with every mistake that it and the overrides hold.
    """
    return _checked(lay_table(table, name, Path.cwd()), name, None, catalog, overrides)


def _checked(
    document: Document,
    name: str,
    path: Path | None,
    catalog: Catalog,
    overrides: Iterable[str | Override],
) -> Preset:
    parsed = parse_overrides(overrides)
    for renamed in document.renamed:
        logger.warning("%s", renamed)
    mistakes = lay_overrides(document, parsed, partial(_is_text, document.table, catalog))
    checker = _Checker(document, catalog, name)
    preset = checker.preset(path)
    mistakes += [_told(problem, document) for problem in checker.problems]
    if preset is None or mistakes:
        raise PresetError([one_line(mistake) for mistake in mistakes])
    remember(checker.named)
    return replace(preset, overrides=tuple(parsed))


def _told(problem: Problem, document: Document) -> str:
    """A mistake with the file that holds it and the address of what is wrong."""
    address = to_names(problem.place, document.uses())
    return f"{document.written(problem.place).label}: {write_address(address)}: {problem.text}"


def _is_text(table: Mapping[str, Any], catalog: Catalog, address: Address, value: Any) -> bool:
    """Whether the value at an address is declared as a text, and not as a list or number too."""
    if isinstance(value, str):
        return False
    if address in (("title",), ("about",), ("model", "weights")) or address[-1] == "use":
        return True
    word = "effect" if address[0] in CHAINS else "writer" if address[0] == "writers" else address[0]
    if word not in KINDS or len(address) != (3 if address[0] in LISTS else 2):
        return False
    around = table.get(str(address[0]))
    if isinstance(around, list):
        around = around[int(address[1])]
    if not isinstance(around, dict):
        return False
    kind = catalog.plugins(word).get(str(around.get("use")))
    info = None if kind is None else kind.model_fields.get(str(address[-1]))
    return info is not None and info.annotation is str


class _Checker:
    """Walks a preset's table once, collecting every mistake on the way."""

    def __init__(self, document: Document, catalog: Catalog, name: str) -> None:
        self.document = document
        self.table = document.table
        self.catalog = catalog
        self.name = name
        self.problems: list[Problem] = []
        self.files: list[str] = []
        self.named: list[str] = []

    def preset(self, path: Path | None) -> Preset | None:
        """Build the preset; None when there are problems."""
        known = [word for word in TABLES if word != "extends"]
        for word in self.table:
            if word not in known:
                near = did_you_mean(word, known)
                self._problem((word,), f"unknown{near}; allowed: {', '.join(known)}")
        heading = self._settings(Heading, ())
        self.table.setdefault("writers", [{"use": "mp4"}])
        source, _ = self._one("source")
        weights = self._weights()
        model, model_curves = self._one("model")
        train = self._settings(TrainSettings, ("train",))
        dream = self._settings(DreamSettings, ("dream",))
        feedback = self._effects("feedback")
        state = self._effects("state")
        output = self._effects("output")
        writers = self._writers()
        if model and dream and dream.truth_frames > model.context:
            self._problem(
                ("dream", "truth_frames"),
                f"{dream.truth_frames} given; allowed: a whole number from 0 to {model.context}, "
                "the frames that the model sees",
            )
        if model and dream:
            self._check_memory(model, dream, bent=bool(state))
        if model and train:
            self._check_loss(model, train)
        if self.problems or not (heading and source and model and train and dream):
            return None
        title = heading.title or self.name
        self.table |= {"title": title, "seed": heading.seed}
        return Preset(
            name=self.name,
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
            feedback=feedback,
            state=state,
            output=output,
            writers=writers,
            files=tuple(self.files),
            curve_kinds=self.catalog.curves,
            table={word: self.table[word] for word in TABLES if word in self.table},
        )

    def _check_loss(self, model: Model, train: TrainSettings) -> None:
        adversarial = train.loss.adversarial if isinstance(train.loss, LossWeights) else 0.0
        if adversarial and not model.differentiable:
            self._problem(
                ("train", "loss", "adversarial"),
                f'"{model.name}" draws its frames, and cannot learn from how they are judged; '
                "leave it out, or take another model",
            )
        alone = adversarial and train.loss == LossWeights(adversarial=adversarial)
        written = "loss" in self.table.get("train", {})
        if type(model).loss is not Model.loss and written and not alone:
            or_added = ", or write { adversarial = 0.01 }, which is added to it"
            self._problem(
                ("train", "loss"),
                f'"{model.name}" learns by a loss of its own, and not by this one; leave it out'
                f"{or_added if model.differentiable else ''}",
            )

    def _check_memory(self, model: Model, dream: DreamSettings, *, bent: bool) -> None:
        """Refuse what does nothing to a network of this sort."""
        kinds = self.catalog.models.items()
        carrying = [name for name, kind in kinds if kind.carries_state()]
        has_spatial_state = [
            name for name, kind in kinds if kind.carries_state() and kind.has_spatial_state
        ]
        for place, given, what, able in (
            (("dream", "warmup"), dream.warmup, "no state to warm", carrying),
            (("state",), bent, "nothing that effects can bend", has_spatial_state),
        ):
            if given and model.name not in able:
                self._problem(
                    place,
                    f'"{model.name}" carries {what} from frame to frame; remove this, or take a '
                    f"model that does: {', '.join(able) or 'none here'}",
                )
        seen_first = dream.context_order == "newest-first"
        restored_first = dream.truth_slots == "oldest"
        if (
            model.sees == "newest"
            and 0 < dream.truth_frames < model.context
            and seen_first != restored_first
        ):
            self._problem(
                ("dream", "truth_frames"),
                f'"{model.name}" is shown one frame at each step, and it is not put back to the '
                'truth; lay truth over it with [[feedback]] use = "blend", or take '
                f"truth_frames = {model.context} or another dream.truth_slots",
            )

    def _problem(self, place: Address, text: str) -> None:
        self.problems.append(Problem(place, text))

    def _settings(self, kind: type[SettingsT], place: Address) -> SettingsT | None:
        table = self.table
        if place:
            table = self.table.get(str(place[0]), {})
            if not self._is_table(place, table):
                return None
        else:
            table = {name: table[name] for name in kind.model_fields if name in table}
        checked = check(kind, table)
        if isinstance(checked, list):
            self.problems += [problem.inside(*place) for problem in checked]
            return None
        return checked

    def _is_table(self, place: Address, given: Any) -> bool:
        if isinstance(given, dict):
            return True
        self._problem(place, f"a table is needed; write [{place[0]}], once")
        return False

    def _one(self, word: Kind) -> tuple[Any, Mapping[str, Curve]]:
        """The one plugin of a kind with its curves, or None and no curves."""
        if word not in self.table:
            known = ", ".join(self.catalog.plugins(word))
            self._problem((word,), f"missing; write [{word}] with use = one of: {known or 'none'}")
            return None, {}
        table = self.table[word]
        if not self._is_table((word,), table):
            return None, {}
        kind = self._kind(word, (word,), table)
        binding = None if kind is None else self._binding(kind, (word,), table)
        return (None, {}) if binding is None else (binding.plugin, binding.curves)

    def _kind(self, kind: Kind, place: Address, table: dict[str, Any]) -> type[Plugin] | None:
        known = self.catalog.plugins(kind)
        used = table.get("use")
        if used is None:
            self._problem(place, f"use is missing; it names the {kind}: {', '.join(known)}")
        elif not isinstance(used, str) or used not in known:
            instead = self.catalog.instead(kind, str(used))
            self._problem((*place, "use"), f"there is no {kind} {shown(used)}{instead}")
        else:
            return known[used]
        return None

    def _binding(self, kind: type[Plugin], place: Address, table: dict[str, Any]) -> Binding | None:
        self._resolve_files(kind, place, table)
        presets_own = ("use", "weights") if kind.kind == "model" else ("use",)
        own = {name: value for name, value in table.items() if name not in presets_own}
        try:
            return Binding.parse(kind, own, self.catalog.curves)
        except TableError as error:
            self.problems += [
                replace(problem, text=problem.text + self._elsewhere(kind, problem)).inside(*place)
                for problem in error.problems
            ]
            return None

    def _elsewhere(self, kind: type[Plugin], problem: Problem) -> str:
        """Where a parameter that a source or model does not have is to be found."""
        name = problem.place[0] if problem.place else None
        if kind.kind not in ("source", "model") or name is None or name in kind.model_fields:
            return ""
        others = self.catalog.sources if kind.kind == "source" else self.catalog.models
        having = [use for use, other in others.items() if name in other.model_fields]
        return f"; {name} goes with {kind.kind}.use = {' or '.join(having)}" if having else ""

    def _resolve_files(self, kind: type[Plugin], place: Address, table: dict[str, Any]) -> None:
        fields = {**kind.model_fields, **(kind.controls.model_fields if kind.controls else {})}
        for name, info in fields.items():
            given = table.get(name)
            if isinstance(given, dict):
                curve = curve_kind(given, self.catalog.curves)
                if curve is not None:
                    self._resolve_files(curve, (*place, name), given)
                continue
            if not is_path(info) or not given:
                continue
            if isinstance(given, str):
                table[name] = self._file((*place, name), given)
            elif isinstance(given, list) and all(isinstance(path, str) for path in given):
                table[name] = [self._file((*place, name, i), path) for i, path in enumerate(given)]

    def _file(self, place: Address, given: str) -> str:
        layer = self.document.written(place)
        try:
            whole = readable(given, layer, write_address(self._named(place)))
        except PathError as error:
            self._problem(place, str(error))
            return given
        self.files.append(whole)
        if layer.named:
            self.named.append(whole)
        return whole

    def _named(self, place: Address) -> Address:
        return to_names(place, self.document.uses())

    def _weights(self) -> str | None:
        model = self.table.get("model")
        if not isinstance(model, dict) or "weights" not in model:
            return None
        given = model["weights"]
        place = ("model", "weights")
        if not isinstance(given, str) or not given:
            self._problem(
                place,
                f"{shown(given)} given; allowed: a packaged name, a run folder or a weights file",
            )
            return None
        if self._is_weights_path(given, self.document.written(place).folder / given):
            model["weights"] = self._file(place, given)
        return str(model["weights"])

    @staticmethod
    def _is_weights_path(given: str, beside: Path) -> bool:
        # Another folder that happens to be called as packaged weights are is not meant.
        if "/" in given or "\\" in given or given.startswith("."):
            return True
        try:
            return is_file(beside) or any(beside.glob("*.weights.h5"))
        except (OSError, ValueError):
            return False

    def _array(self, word: str, each: str) -> list[tuple[Address, dict[str, Any]]]:
        given = self.table.get(word, [])
        if not isinstance(given, list):
            self._problem((word,), f"a list of tables is needed; write [[{word}]] for each {each}")
            return []
        tables: list[tuple[Address, dict[str, Any]]] = []
        for index, table in enumerate(given):
            if isinstance(table, dict):
                tables.append(((word, index), table))
            else:
                self._problem((word, index), f"a table is needed; write [[{word}]] for each {each}")
        return tables

    def _effects(self, word: str) -> tuple[Binding, ...]:
        effects = []
        for place, table in self._array(word, "effect"):
            kind = self._kind("effect", place, table)
            if kind is None:
                continue
            binding = self._binding(kind, place, table)
            if binding is not None:
                effects.append(binding)
                self._check_size(place, binding)
        return tuple(effects)

    def _check_size(self, place: Address, binding: Binding) -> None:
        effect, size = binding.plugin, (64, 64)
        if not isinstance(effect, Effect):
            return
        try:
            made = tuple(effect.output_size(size))
        except Exception as error:
            self._problem(place, f'"{effect.name}" cannot tell its size: {error}')
            return
        if place[0] != "output" and made != size:
            kept = "fed back" if place[0] == "feedback" else "remembered"
            self._problem(
                place,
                f'"{effect.name}" changes the size, and what is {kept} must keep it; '
                "move it to [[output]]",
            )

    def _writers(self) -> tuple[Writer, ...]:
        writers: list[Writer] = []
        targets: dict[str, Address] = {}
        for place, table in self._array("writers", "file"):
            kind = self._kind("writer", place, table)
            if kind is None or not issubclass(kind, Writer):
                continue
            path = (*place, "path")
            given = table.get("path", "")
            if given == "" and kind.suffixes:
                given = table["path"] = f"{self.name}{kind.suffixes[0]}"
            elif given and isinstance(given, str):
                self._check_target(kind, path, given)
            binding = self._binding(kind, place, table)
            writer = binding and binding.plugin
            if not isinstance(writer, Writer):
                continue
            made = self._made(writer, given)
            # Many disks do not tell capital letters from small ones.
            target = str(Path.cwd() / made).casefold()
            if given and target in targets:
                first = write_address(self._named(targets[target]))
                self._problem(path, f"{shown(given)} given; {first}: goes to {made} already")
            elif given:
                targets[target] = place
            # A recipe says what a file is called; where it was put once is not part of it.
            if Path(given).is_absolute() or ".." in Path(given).parts:
                table["path"] = Path(given).name
            writers.append(writer)
        return tuple(writers)

    @staticmethod
    def _made(writer: Writer, given: str) -> str:
        """What stands there in the end, or would if `given` were allowed."""
        try:
            return os.path.normpath(writer.result(Path(given)))
        except ValueError:
            return given

    def _check_target(self, kind: type[Writer], place: Address, given: str) -> None:
        try:
            writable(given, self.document.written(place))
        except PathError as error:
            self._problem(place, str(error))
        # A preset could else have a film written over a file that is none.
        if kind.suffixes and not given.lower().endswith(kind.suffixes):
            endings = ", ".join(kind.suffixes)
            self._problem(place, f"{shown(given)} given; files of {kind.name} end in {endings}")
