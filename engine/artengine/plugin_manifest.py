"""Manifests: what a package's plugins are, told without importing them.

A manifest is a JSON file beside the package's `__init__.py`. It describes the classes that each
entry point of the group `artengine` offers, and where each is written. An entry point without one
is imported to see what it offers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import Distribution, EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeAlias

GROUP = "artengine"
"""The entry-point group that distributions name their plugins in."""

MANIFEST = "artengine-plugins.json"
"""What the file is called."""

Kind: TypeAlias = Literal["source", "model", "effect", "writer", "curve"]
KINDS: tuple[Kind, ...] = ("source", "model", "effect", "writer", "curve")
"""Kinds of plugins."""

_ENTRY = re.compile(r"(\w+(?:\.\w+)*)\s*(?::\s*\w+(?:\.\w+)*)?\s*(?:\[.*\])?\s*")
"""The value of an entry point: `package.module` or `package.module:name`."""

_MOST_BYTES = 4_000_000
"""Bytes of a manifest that is read; one describes a plugin in some 200."""

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Described:
    """A plugin's class, as a manifest describes it.

    Args:
        kind, name: what presets call it.
        place: where its class is, as `package.module:Class`.
        about: what it does, in a sentence.
        suffixes: endings of the files that it writes, for a writer.
        key: the key of a preset's table that tells it, for a curve.
    """

    kind: str
    name: str
    place: str
    about: str
    suffixes: tuple[str, ...] = ()
    key: str = ""


def plugin_entries() -> list[EntryPoint]:
    """The entry points of all distributions, those of artengine itself first."""

    def order(entry: EntryPoint) -> tuple[bool, str, str]:
        distribution = distribution_of(entry)
        return distribution != GROUP, distribution, entry.name

    # A distribution that is installed twice over (editable and not) names its plugins twice.
    return sorted({entry.value: entry for entry in entry_points(group=GROUP)}.values(), key=order)


def distribution_of(entry: EntryPoint) -> str:
    """The name of the distribution that an entry point is of; empty where that is not known."""
    return _name_of(entry.dist) if entry.dist else ""


@lru_cache(maxsize=100)
def _name_of(distribution: Distribution) -> str:
    # All that it says of itself is read for its name.
    return distribution.name


def module_of(entry: EntryPoint) -> str:
    """The module that an entry point names; empty where its value names none."""
    # EntryPoint.module raises AttributeError for a value that is not written as one.
    written = _ENTRY.fullmatch(entry.value)
    return written[1] if written else ""


def package_of(entry: EntryPoint) -> str:
    """The package that an entry point's module is in; empty where its value names none."""
    return module_of(entry).partition(".")[0]


def package_file(package: str) -> Path | None:
    """The file of a package or module, found without importing it; None where it has none."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return None
    return None if spec is None or not spec.has_location else Path(str(spec.origin))


def module_file(entry: EntryPoint) -> Path | None:
    """The file of an entry point's module, found without importing its package; None where it is
    not to be found so."""
    file = package_file(package_of(entry))
    inner = module_of(entry).split(".")[1:]
    if file is None or not inner:
        return file
    place = file.parent.joinpath(*inner)
    files = (place / "__init__.py", place.with_suffix(".py"))
    return next((file for file in files if file.is_file()), None)


def read_manifests(entries: Iterable[EntryPoint]) -> dict[str, tuple[Described, ...]]:
    """What manifests say of entry points, by their values. Those without one are left out.

    A manifest that was not written of the package's present source is not read.
    """
    found: dict[str, tuple[Described, ...]] = {}
    tables: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        package = package_of(entry)
        if package not in tables:
            tables[package] = _read(package_file(package))
        try:
            found[entry.value] = tuple(map(_described, tables[package][entry.value]))
        except (KeyError, TypeError, ValueError):
            continue
    return found


def _described(table: Mapping[str, Any]) -> Described:
    """A description of a manifest. Raises TypeError and ValueError where it is none."""
    given = dict(table)
    endings = given.get("suffixes", [])
    if not isinstance(endings, list):
        raise TypeError("suffixes are no list")
    found = Described(**{**given, "suffixes": tuple(endings)})
    texts = (found.kind, found.name, found.place, found.about, found.key, *found.suffixes)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("not all are texts")
    if (
        found.kind not in KINDS
        or not found.name.isprintable()
        or len(found.about.splitlines()) > 1
        or (found.kind == "curve") != bool(found.key)
        or (found.suffixes and found.kind != "writer")
        or not all(ending.startswith(".") for ending in found.suffixes)
    ):
        raise ValueError("such a plugin cannot be")
    return found


def _read(file: Path | None) -> Mapping[str, Any]:
    """The entries of the manifest beside a package's `__init__.py`."""
    if file is None or file.name != "__init__.py":
        return {}
    try:
        manifest = file.with_name(MANIFEST)
        if not manifest.is_file() or manifest.stat().st_size > _MOST_BYTES:
            return {}
        table = json.loads(manifest.read_text(encoding="utf-8"))
        if table["format"] != _FORMAT:
            return {}
        if "source" in table and table["source"] != source_digest(file.parent):
            return {}
        return dict(table["entries"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def source_digest(folder: Path) -> str:
    """A digest of the Python files of a package."""
    digest = sha256()
    for file in sorted(each for each in folder.rglob("*.py") if each.is_file()):
        text = file.read_bytes()
        digest.update(f"{file.relative_to(folder).as_posix()} {len(text)}\n".encode() + text)
    return f"sha256:{digest.hexdigest()}"


def manifest_text(entries: Mapping[str, Sequence[Described]], folder: Path | None = None) -> str:
    """The text of a manifest.

    Args:
        entries: what each entry point offers, by its value.
        folder: the package, whose source as it is now the manifest is bound to; None where a test
            of the package's own holds the two together.
    """
    bound = {"source": source_digest(folder)} if folder else {}
    told = {value: [_table(each) for each in offered] for value, offered in entries.items()}
    return json.dumps({"format": _FORMAT, **bound, "entries": told}, indent=1) + "\n"


def _table(described: Described) -> dict[str, Any]:
    fields = {name: getattr(described, name) for name in Described.__slots__}
    return {name: value for name, value in fields.items() if value not in ((), "")}
