"""Making a package with a plugin: code, tests, a preset, a README and continuous integration."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from artengine import __version__
from artengine.api_version import API_VERSION
from artengine.atomic import atomic_write
from artengine.catalog import Kind
from artengine.errors import UsageError, system_reason
from artengine.offer import described
from artengine.params import Plugin
from artengine.plugin_manifest import MANIFEST, manifest_text
from artengine.unfinished import Unfinished

TEMPLATES = Path(__file__).with_name("templates")

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Words:
    """The texts that differ between the packages of each kind of plugin.

    Args:
        about: the plugin's description, in a sentence.
        use: the part of a preset that uses it.
        first: the preset's first line, which describes its look.
        trial: the command that shows it.
        training: the command that trains the preset, within minutes, before it can be packed.
        values: parameters that its tests need, as arguments of a Python call.
    """

    about: str
    use: str
    first: str
    trial: str = "artengine dream presets/@NAME@.toml"
    training: str = ""
    values: str = ""


KINDS: Mapping[Kind, Words] = MappingProxyType(
    {
        "effect": Words(
            "Lights leave embers, which rise and go out.",
            '[output.@NAME@]\nat = "end"\namount = 0.8',
            "A drive at night, whose lights leave rising embers.",
        ),
        "source": Words(
            "Rings of light that cross each other.",
            '[source]\nuse = "@NAME@"\nrings = 3',
            "A drive at night that begins as rings of light.",
        ),
        "model": Words(
            "A network of three convolutions, which learns in minutes.",
            '[model]\nuse = "@NAME@"\nwidth = 24',
            "What three convolutions make of a drive at night.",
            "artengine train presets/@NAME@.toml",
            training="artengine train presets/@NAME@.toml --minutes 2",
        ),
        "writer": Words(
            "A film as a barcode, a column of mean colours for each picture.",
            '[[writers]]\nuse = "@NAME@"\nheight = 128',
            "A drive at night as a barcode.",
        ),
        "curve": Words(
            "A value that beats like a heart.",
            '[output.noise]\nat = "end"\namount = { @KEY@ = 60, low = 0.0, high = 0.4 }',
            "A drive at night in which noise beats like a heart.",
            values=", @KEY@=60.0",
        ),
    }
)


def make_package(folder: Path, kind: Kind, *, with_pack: bool = False) -> Path:
    """Write a package with one plugin of a kind.

    Args:
        folder: the package's folder, named like the plugin; it must not exist.
        kind: the kind of plugin.
        with_pack: whether its README describes how to pack its preset, and its CI packs it.

    Returns:
        The package's module.

    Raises:
        UsageError: when the name is not valid for a plugin or is taken already, or the folder
            cannot be made.
    """
    name = folder.name
    package = name.replace("-", "_")
    if len(name) > 64 or not _NAME.fullmatch(name) or keyword.iskeyword(package):
        raise UsageError(
            f'"{name[:64]}" is no name for a plugin: write small letters, digits and single '
            'hyphens, as "glowing-edges"'
        )
    spec = find_spec(package)
    if spec is not None and spec.origin is not None:
        raise UsageError(f'there is a Python module "{package}" already; choose another name')
    if folder.exists():
        raise UsageError(f"{folder} is there already; choose another name or folder")
    words = KINDS[kind]
    packing = [words.training] if words.training and with_pack else []
    packing += ["artengine pack presets/@NAME@.toml -o @NAME@.artpack"] if with_pack else []
    base = 'extends = "night-drive"'
    tokens = {
        "@ABOUT@": words.about,
        "@USE@": words.use,
        "@TRY@": words.trial,
        "@VALUES@": words.values,
        "@PACKING@": _template("packing.md") if with_pack else "",
        "@PACK_STEPS@": "".join(f"      - run: {command}\n" for command in packing),
        "@PACKED@": "            @NAME@.artpack\n" if with_pack else "",
        "@PACK@": "\n".join(f"    {command}" for command in packing),
        "@ENGINE@": __version__,
        "@API@": API_VERSION,
        "@KIND@": kind,
        "@CLASS@": "".join(part.capitalize() for part in name.split("-")),
        "@PACKAGE@": package,
        "@KEY@": f"{package}_rate",
        "@NAME@": name,
    }
    files = {
        "pyproject.toml": _template("pyproject.toml"),
        "README.md": _template("README.md"),
        f"src/{package}/__init__.py": _template(f"{kind}.py"),
        f"tests/test_{package}.py": _template("test_plugin.py"),
        f"presets/{name}.toml": f'# {words.first}\n{base}\ntitle = "@NAME@"\n\n@USE@\n',
        ".github/workflows/test.yml": _template("test.yml"),
        ".gitignore": "__pycache__/\n*.egg-info/\nbuild/\ndist/\nruns/\n*.artpack\n",
    }
    for path, text in files.items():
        for token, value in tokens.items():
            text = text.replace(token, value)  # noqa: PLW2901 - token by token
        files[path] = text.rstrip("\n") + "\n"
    _write(folder, files)
    return folder / "src" / package


def describe_package(module: Path, kind: type[Plugin]) -> None:
    """Write the manifest of a package with one plugin.

    Args:
        module: the package, as `make_package` returns it.
        kind: its class, however it was imported.
    """
    entry = replace(described(kind), place=f"{module.name}:{kind.__qualname__}")
    with atomic_write(module / MANIFEST) as hidden:
        hidden.write_text(manifest_text({module.name: [entry]}, module), encoding="utf-8")


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a new folder, all of them or none. Raises UsageError."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Unfinished(folder)
        try:
            for path, text in files.items():
                file = unfinished.path / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            unfinished.move(unfinished.path, [folder])
        finally:
            unfinished.remove()
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {system_reason(error)}") from error


def _template(name: str) -> str:
    return (TEMPLATES / f"{name}.txt").read_text(encoding="utf-8")
