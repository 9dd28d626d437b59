"""Providers of plugins: the distribution or file that a plugin comes from, and its version."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path

from artengine import __version__
from artengine.digest import digest_of, file_digest
from artengine.params import Plugin
from artengine.plugin_manifest import GROUP, package_of
from artengine.subprocesses import command_line

OWN = "artengine"
"""The distribution of the engine and its own plugins."""


@dataclass(frozen=True, slots=True)
class Provider:
    """The origin of a plugin.

    Args:
        name: the distribution's name, or the file's.
        version: the distribution's version, or the first digits of the file's digest.
    """

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


def provider_of(kind: type[Plugin]) -> Provider:
    """Return the provider of a plugin's class."""
    package = kind.__module__.partition(".")[0]
    if package in (OWN, "artengine_plugins"):
        return Provider(OWN, __version__)
    for entry in entry_points(group=GROUP):
        if entry.dist is not None and package_of(entry) == package:
            return Provider(entry.dist.name, entry.dist.version)
    file = Path(getattr(sys.modules.get(kind.__module__), "__file__", None) or package)
    try:
        return Provider(file.name, f"sha256:{file_digest(file)[:12]}")
    except OSError:
        return Provider(file.name, "")


def code_of(kind: type[Plugin]) -> list[str]:
    """Return digests of the source files of a class; one empty string if it has no file.

    For a class in a package these are all files of its folder; for a user's module, one file.
    """
    written = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if written is None:
        return [""]
    file = Path(written)
    is_package = "." in kind.__module__ or file.name == "__init__.py"
    files = sorted(file.parent.rglob("*.py")) if is_package else [file]
    return [digest_of(each) for each in files]


def installed(provided: str) -> str:
    """Return the installed version of a distribution, as a provider; empty if not installed.

    Args:
        provided: a provider in the form of a recipe.
    """
    name = provided.rpartition(" ")[0] or provided
    try:
        return str(Provider(name, version(name)))
    except (PackageNotFoundError, ValueError):
        return ""


def remedy(provided: str) -> str:
    """Return advice on how to get a missing plugin.

    Args:
        provided: its provider as in a recipe: `my_effects 1.2` or `glow.py sha256:98ab`.
    """
    name = provided.rpartition(" ")[0] or provided
    if name.endswith(".py"):
        return f"get that file and, if you trust it, add {command_line(['--plugin', name])}"
    version = provided.rpartition(" ")[2] if " " in provided else ""
    wanted = f"{name}=={version}" if version else name
    return f"if you trust it, install it: {command_line(['pip', 'install', wanted])}"
