"""Listing plugins, without importing those that ship where nothing else is installed.

The built-in plugins have a manifest beside them: a JSON file of what each of their entry points
provides, with a sentence on each. It is written by `python -m artengine.listing`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from artengine import folders

if TYPE_CHECKING:
    from artengine.catalog import Catalog

BUILT_IN = "artengine_plugins"
"""The package of the plugins that ship."""

Kinds: TypeAlias = Mapping[str, Mapping[str, str]]
"""A sentence on each plugin, by kind and name."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What presets can name.

    Args:
        kinds: a sentence on each plugin, by kind and name, in alphabetical order.
        reports: what became of each plugin, in JSON's types.
    """

    kinds: Kinds
    reports: Sequence[Mapping[str, Any]]


def list_plugins(plugin_files: Sequence[Path] = ()) -> Listing:
    """List every plugin there is; those that are broken are among the reports.

    Args:
        plugin_files: modules or packages to load besides, as named by `--plugin`.

    Raises:
        UsageError: when one of `plugin_files` does not exist.
    """
    manifest = None if plugin_files or _own_plugins() else _read_manifest()
    entries = {entry.value for entry in entry_points(group="artengine")}
    if manifest is not None and entries == {report["plugin"] for report in manifest.reports}:
        return manifest
    from artengine.catalog import load_catalog

    return of_catalog(load_catalog(plugin_files, all_sound=False))


def of_catalog(catalog: Catalog) -> Listing:
    """The listing of plugins that were loaded."""
    from artengine.catalog import KINDS
    from artengine.reference import about

    kinds: dict[str, dict[str, str]] = {
        kind: {name: about(plugin) for name, plugin in catalog.plugins(kind).items()}
        for kind in KINDS
    }
    reports = [{**asdict(each), "provides": list(each.provides)} for each in catalog.reports]
    return Listing(kinds, reports)


def _own_plugins() -> bool:
    """Whether the user's plugin folder holds anything."""
    try:
        return any(folders.plugins().iterdir())
    except OSError:
        return False


def manifest_file() -> Path | None:
    """Where the manifest of the built-in plugins is; None where they are not installed."""
    spec = find_spec(BUILT_IN)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).with_name("manifest.json")


def _read_manifest() -> Listing | None:
    file = manifest_file()
    try:
        return None if file is None else Listing(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def manifest() -> str:
    """The text of the manifest, of the built-in plugins as they are now."""
    from artengine.catalog import load_catalog

    listing = of_catalog(load_catalog(user_folder=False))
    own = [report for report in listing.reports if report["plugin"].startswith(f"{BUILT_IN}.")]
    provided = {label for report in own for label in report["provides"]}
    kinds = {
        kind: {name: said for name, said in names.items() if f"{kind} {name}" in provided}
        for kind, names in listing.kinds.items()
    }
    return json.dumps(asdict(Listing(kinds, own)), indent=1) + "\n"


if __name__ == "__main__":
    file = manifest_file()
    if file is None:
        raise SystemExit(f"{BUILT_IN} is not installed")
    file.write_text(manifest(), encoding="utf-8")
