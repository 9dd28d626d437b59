"""A preset as text becomes one table, in which each value knows where it was written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from artengine.errors import PresetError, UsageError
from artengine.params import shown
from artengine.preset.address import LISTS, Address, to_numbers, write_address
from artengine.preset.files import PathError, readable
from artengine.preset.find import RECIPE, candidates, find_preset, is_file, is_path
from artengine.preset.layer import Layer
from artengine.preset.migrations import migrate
from artengine.preset.override import Override
from artengine.preset.recipe import one_line

TABLES = (
    "title",
    "about",
    "extends",
    "seed",
    "source",
    "model",
    "train",
    "dream",
    "feedback",
    "state",
    "output",
    "writers",
)
"""The words at the top of a preset, in the order in which recipes write them."""

SETTINGS = ("train", "dream")
"""Those that hold settings, whose inner tables merge as the tables around them do."""

MOST_FILES = 100
"""How many files one preset may be laid together from."""

MOST_LEVELS = 32
"""How many tables and lists may lie inside of each other."""


class Document:
    """The merged table of a preset.

    Args:
        layer: what mistakes are laid to that nobody wrote, such as a table that is missing.
    """

    def __init__(self, layer: Layer) -> None:
        self.table: dict[str, Any] = {}
        self.renamed: list[str] = []
        """What was read by a new name, in a sentence for each key."""
        self._written: dict[Address, Layer] = {(): layer}

    def written(self, address: Address) -> Layer:
        """Where a value was written; for one that is missing, the table around it."""
        while address not in self._written:
            address = address[:-1]
        return self._written[address]

    def uses(self) -> dict[str, list[str | None]]:
        """The plugins' names of each list of plugins, by the list's name."""
        return {word: [_use(each) for each in _entries(self.table.get(word))] for word in LISTS}

    def lay(self, table: Mapping[str, Any], layer: Layer) -> None:
        """Lay another table over this one.

        Tables merge; everything else is replaced, and so are tables inside of a plugin's table,
        such as curves, and tables that now `use` another plugin, whose parameters would not fit.
        """
        _merge(self.table, _plain(table), (), layer, self._written)

    def put(self, address: Address, value: Any, layer: Layer) -> None:
        """Put one value in its address. Raises ValueError with what is there instead."""
        if _is_deep(value):
            raise ValueError(f"nests too deeply; allowed: {MOST_LEVELS} levels")
        above: Any = self.table
        value = _plain(value)
        passed: Address = ()
        for part, below in zip(address, (*address[1:], None), strict=True):
            step = self._step(above, part, passed)
            if below is None and step == "use" and above.get("use", value) != value:
                above.clear()
                _forget(self._written, passed)
                self._written[passed] = layer
            passed += (step,)
            if isinstance(above, dict) and below is not None and step not in above:
                above[str(step)] = [] if step in LISTS else {}
                self._written[passed] = layer
            if below is not None:
                above = above[step]
        above[step] = value
        _forget(self._written, passed)
        _note(self._written, passed, value, layer)

    @staticmethod
    def _step(above: Any, part: str | int, passed: Address) -> str | int:
        if isinstance(above, dict):
            return str(part)
        if isinstance(above, list) and isinstance(part, int) and part < len(above):
            return part
        if isinstance(above, list):
            holds = f"entries 0 to {len(above) - 1}" if above else "no entries"
        else:
            holds = f"the plain value {shown(above)}"
        raise ValueError(f"there is no {part}; {'.'.join(map(str, passed))} holds {holds}")


def _entries(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _use(table: Any) -> str | None:
    use = table.get("use") if isinstance(table, dict) else None
    return use if isinstance(use, str) else None


def _merge(
    base: dict[str, Any],
    table: dict[str, Any],
    address: Address,
    layer: Layer,
    written: dict[Address, Layer],
) -> None:
    if "use" in table and base.get("use", table["use"]) != table["use"]:
        base.clear()
        _forget(written, address)
    if address:
        written[address] = layer
    for name, value in table.items():
        below = base.get(name)
        # A table inside of a plugin's table is one value, such as a curve.
        merges = not address or address[0] in SETTINGS
        if merges and isinstance(value, dict) and isinstance(below, dict):
            _merge(below, value, (*address, name), layer, written)
            continue
        _forget(written, (*address, name))
        _note(written, (*address, name), value, layer)
        base[name] = value


def _plain(value: Any) -> Any:
    """Copy a value into what TOML and JSON both have; what is None is left out of its table."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Integral):
        return value if isinstance(value, bool) else int(value)
    return float(value) if isinstance(value, Real) else str(value)


def _note(written: dict[Address, Layer], address: Address, value: Any, layer: Layer) -> None:
    written[address] = layer
    if isinstance(value, dict):
        for name, inside in value.items():
            _note(written, (*address, name), inside, layer)


def _forget(written: dict[Address, Layer], address: Address) -> None:
    for known in [known for known in written if known[: len(address)] == address and known]:
        del written[known]


def read_document(path: Path, carried: str | None = None) -> Document:
    """Read a preset's file and everything that it extends.

    Args:
        path: the file.
        carried: the preset, where the file is not one itself but carries it.

    Raises:
        PresetError: with every file that is missing, is not TOML or extends itself.
    """
    reader = _Reader(Document(_layer(path)))
    reader.lay_file(path, (), carried)
    return reader.finished()


def lay_table(table: Mapping[str, Any], label: str, folder: Path) -> Document:
    """Make a document of a table that did not come from a file, and of what it extends.

    Raises:
        PresetError: with every file that is missing, is not TOML or extends itself.
    """
    layer = Layer(label, folder)
    reader = _Reader(Document(layer))
    reader.lay(table, layer, ())
    return reader.finished()


class _Reader:
    """Lays files over each other, bases first, and collects what is wrong with them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems: list[str] = []
        self._files = 0

    def finished(self) -> Document:
        if self._problems:
            raise PresetError([one_line(problem) for problem in self._problems])
        return self._document

    def lay_file(self, path: Path, trail: tuple[Path, ...], carried: str | None = None) -> None:
        layer = _layer(path)
        self._files += 1
        if self._files > MOST_FILES:
            if self._files == MOST_FILES + 1:
                self._problems.append(f"{layer.label}: more than {MOST_FILES} files are extended")
            return
        try:
            table = _read(path, carried)
        except ValueError as error:
            self._problems.append(f"{layer.label}: {error}")
            return
        self.lay(table, layer, (*trail, path.resolve()))

    def lay(self, table: Mapping[str, Any], layer: Layer, trail: tuple[Path, ...]) -> None:
        extends = table.get("extends", [])
        names = [extends] if isinstance(extends, str) else extends
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self._problems.append(
                f"{layer.label}: extends: {shown(extends)} given; allowed: a preset's name or "
                "relative path, or a list of them"
            )
            names = []
        for name in names:
            try:
                base = _find_base(name, layer, trail)
            except (UsageError, PathError) as error:
                self._problems.append(f"{layer.label}: extends: {error}")
            else:
                self.lay_file(base, trail)
        own = {key: table[key] for key in table if key != "extends"}
        try:
            own, renamed = migrate(own)
        except ValueError as error:
            self._problems.append(f"{layer.label}: {error}")
            return
        self._document.renamed += [f"{layer.label}: {each}" for each in renamed]
        self._document.lay(own, layer)


def _find_base(name: str, layer: Layer, trail: tuple[Path, ...]) -> Path:
    """Find what a preset extends. Raises UsageError, and PathError for one it may not read."""
    folder = layer.folder
    if is_path(name):
        base = folder / name
        if not Path(name).is_absolute() and is_file(base / RECIPE):
            inside = f"{name.rstrip('/')}/{RECIPE}"
            readable(inside, layer)
            raise UsageError(f"{shown(name)} is a folder; write {shown(inside)}")
        if Path(name).is_absolute() or not is_file(base):
            raise UsageError(
                f"no preset at {shown(name)}; write a name, or a path from this file on"
            )
        readable(name, layer)
    else:
        # A preset may be named as the one it extends, to change what ships under that name.
        options = [folder / f"{name}.toml", *candidates(name)]
        others = [o for o in options if is_file(o) and o.resolve() not in trail[-1:]]
        if not others and any(is_file(option) for option in options):
            raise UsageError(f'"{name}" is this preset itself, and there is no other of that name')
        base = others[0] if others else find_preset(name)
        if base not in candidates(name):
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


def _read(path: Path, carried: str | None = None) -> dict[str, Any]:
    """Read TOML. Raises ValueError, which says where it ends to be that."""
    try:
        # Some editors on Windows put a mark before the text.
        text = path.read_text(encoding="utf-8-sig") if carried is None else carried
        table = tomllib.loads(text)
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError("is not text in UTF-8") from error
    except RecursionError as error:
        raise ValueError(f"nests too deeply; allowed: {MOST_LEVELS} levels") from error
    except tomllib.TOMLDecodeError as error:
        found = re.fullmatch(r"(.*) \(at (.*)\)", str(error))
        said, where = (found[1], found[2]) if found else (str(error), "")
        if not where.startswith("line"):
            where = f"line {text.rstrip().count(chr(10)) + 1}"
        hint = "; texts stand in quotes" if said == "Invalid value" else ""
        raise ValueError(f"{where}: {said[:1].lower()}{said[1:]}{hint}") from error
    if _is_deep(table):
        raise ValueError(f"nests too deeply; allowed: {MOST_LEVELS} levels")
    return table


def _is_deep(value: Any) -> bool:
    """Whether more than `MOST_LEVELS` tables and lists lie inside of each other.

    Dotted keys nest without end, so that nothing here may call itself.
    """
    level = [value]
    for _ in range(MOST_LEVELS + 1):
        holders = [each for each in level if isinstance(each, dict | list)]
        level = [
            inside
            for holder in holders
            for inside in (holder.values() if isinstance(holder, dict) else holder)
        ]
    return any(isinstance(each, dict | list) for each in level)


def lay_overrides(
    document: Document, overrides: Sequence[Override], is_text: Callable[[Address, Any], bool]
) -> list[str]:
    """Put overrides in their places; return the mistakes in them.

    Args:
        is_text: whether a value's address is that of a text; `nan` and `2024` are texts there.
    """
    problems = []
    # Another plugin comes first, for its parameters take the address of the old one's.
    for override in sorted(overrides, key=lambda each: each.address[-1] != "use"):
        layer = Layer(override.origin, Path.cwd(), named=True)
        try:
            address = to_numbers(override.address, document.uses())
            value = override.value
            if is_text(address, value):
                value = override.text
            document.put(address, value, layer)
        except ValueError as error:
            written = write_address(override.address)
            problems.append(f"{override.origin}: {written}: {error}")
    return problems
