"""Manifests: descriptions of a package's plugins, readable without importing them.

A manifest is a JSON file next to the package's `__init__.py`. It describes the classes that each
entry point of the group `artengine` offers, and where each is defined. An entry point without a
description is imported to find its classes.
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
"""The entry-point group of plugins."""

MANIFEST = "artengine-plugins.json"
"""The name of the file."""

Kind: TypeAlias = Literal["source", "model", "effect", "writer", "curve"]
KINDS: tuple[Kind, ...] = ("source", "model", "effect", "writer", "curve")
"""Kinds of plugins."""

_ENTRY = re.compile(r"(\w+(?:\.\w+)*)\s*(?::\s*\w+(?:\.\w+)*)?\s*(?:\[.*\])?\s*")
"""The value of an entry point: `package.module` or `package.module:name`."""

_MOST_BYTES = 4_000_000
"""Maximum size of a manifest in bytes; one plugin takes about 200."""

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Described:
    """The description of a plugin's class in a manifest.

    Args:
        kind, name: its kind and its name in presets.
        place: the location of the class, as `package.module:Class`.
        about: its purpose, in a sentence.
        suffixes: for a writer: suffixes of the files that it writes.
        key: for a curve: the key of a preset's table that identifies it.
    """

    kind: str
    name: str
    place: str
    about: str
    suffixes: tuple[str, ...] = ()
    key: str = ""


def plugin_entries() -> list[EntryPoint]:
    """Return the entry points of all distributions, those of artengine itself first."""

    def order(entry: EntryPoint) -> tuple[bool, str, str]:
        distribution = distribution_of(entry)
        return distribution != GROUP, distribution, entry.name

    # A distribution that is installed twice (editable and not) lists its plugins twice.
    return sorted({entry.value: entry for entry in entry_points(group=GROUP)}.values(), key=order)


def distribution_of(entry: EntryPoint) -> str:
    """Return the name of an entry point's distribution; empty if it is unknown."""
    return _name_of(entry.dist) if entry.dist else ""


@lru_cache(maxsize=100)
def _name_of(distribution: Distribution) -> str:
    # Cached, because reading the name parses all metadata of the distribution.
    return distribution.name


def module_of(entry: EntryPoint) -> str:
    """Return the module that an entry point names; empty if its value is malformed."""
    # EntryPoint.module raises AttributeError for a malformed value.
    written = _ENTRY.fullmatch(entry.value)
    return written[1] if written else ""


def package_of(entry: EntryPoint) -> str:
    """Return the top-level package of an entry point; empty if its value is malformed."""
    return module_of(entry).partition(".")[0]


def package_file(package: str) -> Path | None:
    """Return the file of a package or module without importing it, or None."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return None
    return None if spec is None or not spec.has_location else Path(str(spec.origin))


def module_file(entry: EntryPoint) -> Path | None:
    """Return the file of an entry point's module without importing its package; None if it cannot
    be found that way."""
    file = package_file(package_of(entry))
    inner = module_of(entry).split(".")[1:]
    if file is None or not inner:
        return file
    place = file.parent.joinpath(*inner)
    files = (place / "__init__.py", place.with_suffix(".py"))
    return next((file for file in files if file.is_file()), None)


def read_manifests(entries: Iterable[EntryPoint]) -> dict[str, tuple[Described, ...]]:
    """Return the descriptions in manifests, by entry-point value. Others are left out.

    A manifest that does not match the package's current source is ignored.
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
    """Parse a description of a manifest. Raises TypeError or ValueError if it is invalid."""
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
    """The entries of the manifest next to a package's `__init__.py`."""
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
    """Return a digest of the Python files of a package."""
    digest = sha256()
    for file in sorted(each for each in folder.rglob("*.py") if each.is_file()):
        text = file.read_bytes()
        digest.update(f"{file.relative_to(folder).as_posix()} {len(text)}\n".encode() + text)
    return f"sha256:{digest.hexdigest()}"


def manifest_text(entries: Mapping[str, Sequence[Described]], folder: Path | None = None) -> str:
    """Return the text of a manifest.

    Args:
        entries: the classes of each entry point, by its value.
        folder: the package; a digest of its current source is added to the manifest. None if the
            package has a test that its manifest is current.
    """
    bound = {"source": source_digest(folder)} if folder else {}
    tables = {value: [_table(each) for each in offered] for value, offered in entries.items()}
    return json.dumps({"format": _FORMAT, **bound, "entries": tables}, indent=1) + "\n"


def _table(described: Described) -> dict[str, Any]:
    fields = {name: getattr(described, name) for name in Described.__slots__}
    return {name: value for name, value in fields.items() if value not in ((), "")}
