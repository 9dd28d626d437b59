"""The requirements of a pack: a version of the engine, and distributions with plugins."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion

from artengine import __version__
from artengine.subprocesses import command_line


def lacking(engine: str, plugins: Mapping[str, str]) -> list[str]:
    """Return unmet requirements, each with the command that installs it.

    Args:
        engine: the required versions of the engine.
        plugins: the required versions, by distribution.
    """
    found = []
    if not SpecifierSet(engine).contains(__version__, prereleases=True):
        found.append(
            f"needs artengine {engine}, this is {__version__}: "
            f"{command_line(['pip', 'install', f'artengine{engine}'])}"
        )
    for name, versions in plugins.items():
        wanted = command_line(["pip", "install", f"{name}{versions}"])
        try:
            there = version(name)
        except PackageNotFoundError:
            found.append(f"needs plugin {name} {versions}".rstrip() + f": {wanted}")
            continue
        if not _fits(there, versions):
            found.append(f"needs plugin {name} {versions}, which is {there} here: {wanted}")
    return found


def _fits(there: str, versions: str) -> bool:
    """Whether an installed version is in a range; an invalid version is only in an empty range."""
    try:
        return SpecifierSet(versions).contains(there, prereleases=True)
    except InvalidVersion:
        return not versions
