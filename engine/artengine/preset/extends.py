"""Merge a preset's file and those that it extends into one document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from artengine.errors import PresetError, UsageError
from artengine.pack_folders import pack_of
from artengine.params import Problem, quoted
from artengine.preset.address import write_address
from artengine.preset.document import Document
from artengine.preset.files import PathError, readable
from artengine.preset.find import (
    RECIPE,
    candidates,
    find_preset,
    is_file,
    is_path,
    packaged_folder,
)
from artengine.preset.layer import Layer
from artengine.preset.made_with import MADE_WITH, MadeWith, as_made
from artengine.preset.messages import cut
from artengine.preset.migrations import migrate
from artengine.preset.toml_text import first_comment, parse_toml, read_text

MOST_FILES = 100
"""Maximum number of files that are merged into one preset."""

_OWN = ("title", "about")
"""Keys that a preset does not inherit from those that it extends."""


def read_document(path: Path, carried: str | None = None) -> Document:
    """Read a preset's file and everything that it extends.

    If a preset has no `about`, its first comment is used.

    Args:
        path: the file.
        carried: the preset's text, if it is embedded in the file.

    Raises:
        PresetError: with every file that is missing, is not TOML or extends itself.
    """
    reader = _Reader(Document(_layer(path)))
    reader.lay_file(path, (), carried)
    return reader.finished()


def files_of(path: Path) -> list[Path]:
    """Return the paths of a preset's file and of those that it extends, including the expected
    paths of missing ones."""
    reader = _Reader(Document(_layer(path)))
    reader.lay_file(path, ())
    return reader.files


def lay_table(table: Mapping[str, Any], label: str, folder: Path) -> Document:
    """Make a document of a table that is not from a file, and of the presets that it extends.

    Raises:
        PresetError: with every file that is missing, is not TOML or extends itself.
    """
    layer = Layer(label, folder)
    reader = _Reader(Document(layer))
    reader.lay(table, layer, ())
    return reader.finished()


class _Reader:
    """Merges files, bases first, and collects the mistakes in them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems: list[str] = []
        self.files: list[Path] = []
        """The files to read, including missing ones."""

    def finished(self) -> Document:
        if self._problems:
            raise PresetError(cut(self._problems))
        return self._document

    def lay_file(self, path: Path, trail: tuple[Path, ...], carried: str | None = None) -> None:
        layer = _layer(path)
        self.files.append(path)
        if len(self.files) > MOST_FILES:
            if len(self.files) == MOST_FILES + 1:
                self._problems.append(f"{layer.label}: more than {MOST_FILES} files are extended")
            return
        try:
            text = read_text(path) if carried is None else carried
            table = parse_toml(text)
        except ValueError as error:
            self._problems.append(f"{layer.label}: {error}")
            return
        comment = first_comment(text)
        if comment and "about" not in table and not trail:
            table = {"about": comment, **table}
        self.lay(table, layer, (*trail, path.resolve()))

    def lay(self, table: Mapping[str, Any], layer: Layer, trail: tuple[Path, ...]) -> None:
        extends = table.get("extends", [])
        names = [extends] if isinstance(extends, str) else extends
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self._problems.append(
                f"{layer.label}: extends: {quoted(extends)} given; allowed: a preset's name or "
                "relative path, or a list of them"
            )
            names = []
        for name in names:
            try:
                base = _find_base(name, layer, trail)
            except (UsageError, PathError) as error:
                self._problems.append(f"{layer.label}: extends: {error}")
                self.files.append(layer.folder / (name if is_path(name) else f"{name}.toml"))
            else:
                self.lay_file(base, trail or (Path(),))
        is_base = len(trail) > 1
        made_with = MadeWith.read(table.get(MADE_WITH))
        if MADE_WITH in table:
            self._document.recipes[layer] = made_with
        left_out = ("extends", MADE_WITH, *(_OWN if is_base else ()))
        own = {key: table[key] for key in table if key not in left_out}
        try:
            own, renamed = migrate(own)
        except ValueError as error:
            self._problems.append(f"{layer.label}: {error}")
            return
        self._document.renamed += [f"{layer.label}: {each}" for each in renamed]
        self._add_problems(self._document.lay(as_made(own, made_with), layer), layer)

    def _add_problems(self, problems: Iterable[Problem], layer: Layer) -> None:
        self._problems += [
            f"{layer.label}: {write_address(problem.address)}: {problem.text}"
            for problem in problems
        ]


def _find_base(name: str, layer: Layer, trail: tuple[Path, ...]) -> Path:
    """Find an extended preset. Raises UsageError, and PathError for one it may not read."""
    folder = layer.folder
    if is_path(name):
        base = folder / name
        if not Path(name).is_absolute() and is_file(base / RECIPE):
            inside = f"{name.rstrip('/')}/{RECIPE}"
            readable(inside, layer)
            raise UsageError(f"{quoted(name)} is a folder; write {quoted(inside)}")
        if Path(name).is_absolute() or not is_file(base):
            raise UsageError(
                f"no preset at {quoted(name)}; write a name, or a path from this file on"
            )
        readable(name, layer)
    else:
        # A preset may have the same name as the packaged one that it extends.
        named = list(candidates(name))
        if pack_of(folder):
            # Ignore the user's presets, so that a pack's preset is the same for every user.
            named = [path for path in named if path.parent == packaged_folder()]
        options = [folder / f"{name}.toml", *named]
        others = [o for o in options if is_file(o) and o.resolve() not in trail[-1:]]
        if not others and any(is_file(option) for option in options):
            raise UsageError(f'"{name}" is this preset itself, and there is no other of that name')
        base = others[0] if others else find_preset(name)
        if base not in named:
            readable(str(base.absolute()), layer)
    if base.resolve() in trail:
        circle = [*trail[trail.index(base.resolve()) :], base]
        raise UsageError(f"goes in a circle: {' > '.join(path.stem for path in circle)}")
    return base


def _layer(path: Path) -> Layer:
    whole, working = path.absolute(), Path.cwd()
    if ".." in whole.parts:
        whole = whole.resolve()
    label = whole.relative_to(working) if whole.is_relative_to(working) else whole
    return Layer(str(label), whole.parent)
