"""List plugins without importing those that a manifest describes.

`python -m artengine.listing` writes the manifest of the built-in plugins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from artengine import folders
from artengine.errors import PluginError, did_you_mean
from artengine.plugin_manifest import (
    KINDS,
    MANIFEST,
    Described,
    manifest_text,
    package_file,
    package_of,
    plugin_entries,
    read_manifests,
)

if TYPE_CHECKING:
    from artengine.catalog import Catalog

BUILT_IN = "artengine_plugins"
"""The package of the built-in plugins."""

Kinds: TypeAlias = Mapping[str, Mapping[str, str]]
"""A sentence about each plugin, by kind and name."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The plugins that presets can name.

    Args:
        kinds: a sentence about each plugin, by kind and name, in alphabetical order.
        reports: the report of each plugin, in JSON types.
    """

    kinds: Kinds
    reports: Sequence[Mapping[str, Any]]


def list_plugins(plugin_files: Sequence[Path] = ()) -> Listing:
    """List every plugin; the reports include the broken ones.

    Args:
        plugin_files: additional modules or packages to load, as named by `--plugin`.

    Raises:
        UsageError: when one of `plugin_files` does not exist.
    """
    if not plugin_files and not _own_plugins():
        entries = plugin_entries()
        manifests = read_manifests(entries)
        # Other packages' plugins may need another API version, or their names may be taken.
        if all(each.value in manifests and package_of(each) == BUILT_IN for each in entries):
            return _of_manifests(manifests)
    from artengine.catalog import load_catalog

    return of_catalog(load_catalog(plugin_files, all_sound=False))


def of_catalog(catalog: Catalog) -> Listing:
    """Return the listing of a catalog."""
    kinds: dict[str, dict[str, str]] = {
        kind: {each.name: each.about for each in catalog.described(kind)} for kind in KINDS
    }
    reports = [{**asdict(each), "provides": list(each.provides)} for each in catalog.reports]
    return Listing(kinds, reports)


def _of_manifests(manifests: Mapping[str, Sequence[Described]]) -> Listing:
    """The listing of a catalog that has only these plugins."""
    offered = [each for described in manifests.values() for each in described]
    kinds: dict[str, dict[str, str]] = {
        kind: {each.name: each.about for each in sorted(offered, key=_name) if each.kind == kind}
        for kind in KINDS
    }
    reports = [
        {
            "plugin": value,
            "origin": "entry point",
            "status": "ok",
            "reason": "",
            "provides": [f"{each.kind} {each.name}" for each in described],
        }
        for value, described in manifests.items()
    ]
    return Listing(kinds, reports)


def _name(described: Described) -> str:
    return described.name


def _own_plugins() -> bool:
    """Whether the user's plugin folder has any entries."""
    try:
        return any(folders.plugins().iterdir())
    except OSError:
        return False


def manifest_file(package: str = BUILT_IN) -> Path | None:
    """Return the path of a package's manifest; None if there is no such package."""
    file = package_file(package)
    return None if file is None or file.name != "__init__.py" else file.with_name(MANIFEST)


def manifest(package: str = BUILT_IN) -> str:
    """Return the text of a package's manifest for its current plugins.

    An entry point that has observers, or that offers classes of another package, is left out,
    because it must be imported.

    Raises:
        PluginError: when the package is not installed, or one of its plugins is broken.
    """
    from artengine.loader import discover

    file, discovery = manifest_file(package), discover(user_folder=False)
    own = [entry for entry in discovery.entries.values() if package_of(entry) == package]
    if file is None or not own:
        known = sorted({package_of(entry) for entry in discovery.entries.values()} - {""})
        raise PluginError(
            f'no installed package "{package}" has plugins{did_you_mean(package, known)}; install '
            "it with: pip install -e FOLDER"
        )
    entries: dict[str, list[Described]] = {}
    for entry in own:
        report, offers = discovery.imported(entry.value)
        if report.reason:
            raise PluginError(f"{entry.value}: {report.reason}")
        described = [offer.described for offer in offers]
        inside = all(each.place.startswith((f"{package}.", f"{package}:")) for each in described)
        if inside and not discovery.observes(entry.value):
            entries[entry.value] = described
    # A test checks that the manifest of the built-in plugins matches their source.
    return manifest_text(entries, None if package == BUILT_IN else file.parent)


if __name__ == "__main__":
    written = manifest_file()
    if written is None:
        raise SystemExit(f"{BUILT_IN} is not installed")
    written.write_text(manifest(), encoding="utf-8")
