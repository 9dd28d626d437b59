"""Manifests: what a package's plugins are, told without importing them.

A manifest is a JSON file beside the package's `__init__.py`. It describes the classes that each
entry point of the group `artengine` offers, and where each is written. An entry point without one
is imported to see what it offers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
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
        distribution = entry.dist.name if entry.dist else ""
        return distribution != GROUP, distribution, entry.name

    # A distribution that is installed twice over (editable and not) names its plugins twice.
    return sorted({entry.value: entry for entry in entry_points(group=GROUP)}.values(), key=order)


def package_of(entry: EntryPoint) -> str:
    """The package that an entry point's module is in."""
    return entry.module.partition(".")[0]


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
    inner = entry.module.split(".")[1:]
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
            found[entry.value] = tuple(
                Described(**{**table, "suffixes": tuple(table.get("suffixes", ()))})
                for table in tables[package][entry.value]
            )
        except (KeyError, TypeError, AttributeError):
            continue
    return found


def _read(file: Path | None) -> Mapping[str, Any]:
    """The entries of the manifest beside a package's `__init__.py`."""
    if file is None or file.name != "__init__.py":
        return {}
    try:
        table = json.loads(file.with_name(MANIFEST).read_text(encoding="utf-8"))
        if table["format"] != _FORMAT:
            return {}
        if "source" in table and table["source"] != source_digest(file.parent):
            return {}
        return dict(table["entries"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def source_digest(folder: Path) -> str:
    """A digest of the Python files of a package."""
    digest = sha256()
    for file in sorted(folder.rglob("*.py")):
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
