"""`artengine plugins new`, `check` and `manifest`: commands for authors of plugins."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from artengine.cli.options import AsJson, PluginFiles
from artengine.cli.streams import answer, tell

if TYPE_CHECKING:
    from artengine.catalog import Catalog
    from artengine.errors import PluginError
    from artengine.params import Plugin
    from artengine.testing import Check


def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The plugin's name, or a folder that ends in it.")
    ],
    kind: Annotated[
        Literal["effect", "source", "model", "writer", "curve"],
        typer.Option("--kind", help="The kind of plugin."),
    ] = "effect",
    with_pack: Annotated[
        bool, typer.Option("--with-pack", help="Document how to pack its preset; pack it in CI.")
    ] = False,
) -> None:
    """Make a package with a working plugin.

    The package has one documented plugin, its tests, a preset, a README with a picture, and a CI
    file for GitHub. Install it, then turn the plugin into your own.

    Examples:

        artengine plugins new glowing-edges

        artengine plugins new rings --kind source

        artengine plugins new plugins/heart --kind curve --with-pack
    """
    from artengine.authoring.package import describe_package, make_package
    from artengine.catalog import load_catalog
    from artengine.errors import UsageError

    folder = Path(name)
    if folder.name in load_catalog().plugins(kind):
        raise UsageError(f'"{folder.name}" is the name of another {kind}; choose another')
    module = make_package(folder, kind, with_pack=with_pack)
    (made,) = _classes(module)[0]
    describe_package(module, made)
    portray(made, folder, _values(made), film=False)
    tell(f"made {folder}; install it and try its tests with:")
    tell(f'  pip install -e "{folder}[test]"')
    tell(f"  python -m pytest {folder}")
    answer(str(folder))


def check(
    plugin_name: Annotated[
        str,
        typer.Argument(
            metavar="PATH|NAME", help="A plugin's file or package, or the name of a plugin."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FOLDER", help="The folder; by default NAME-check."),
    ] = None,
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Check that a plugin fulfils the contract of its kind.

    The built-in plugins pass the same checks. An effect is timed and compared with the built-in
    ones. A picture that shows the plugin and a short film are written to a folder. The exit code is
    4 if a check fails.

    Examples:

        artengine plugins check my_effect.py

        artengine plugins check trails -o look

        artengine plugins check ./glowing-edges --json
    """
    from artengine.errors import PluginError
    from artengine.testing import conformance

    kinds, catalog = _find_plugins(plugin_name, plugin or [])
    reports: list[dict[str, Any]] = []
    broken: list[str] = []
    for kind in kinds:
        values = _values(kind)
        results = {each.name: _failure(each) for each in conformance(kind, **values)}
        faults = [
            f"{kind.kind} {kind.name}, {name}: {fault}" for name, fault in results.items() if fault
        ]
        broken += faults
        if not as_json:
            answer(f"{kind.kind} {kind.name}")
            for name, fault in results.items():
                answer(f"  {'FAILS' if fault else 'ok':5}  {name}")
        about: dict[str, Any] = {"kind": kind.kind, "name": kind.name, "checks": results}
        if not faults:
            about |= _measure(kind, catalog, output or Path(f"{kind.name}-check"), values)
            for line in () if as_json else (about.get("time"), *about["files"]):
                if line:
                    answer(f"  {line}")
        reports.append(about)
    if as_json:
        answer(json.dumps(reports, indent=2))
    if broken:
        raise PluginError(*broken)


def manifest(
    package: Annotated[str, typer.Argument(metavar="PACKAGE", help="The package's import name.")],
) -> None:
    """Write the manifest of an installed package's plugins.

    With a manifest, plugins are listed without being imported, and a film imports only those that
    it uses. A manifest is ignored once the package's source has changed; write it again before each
    release.

    Examples:

        artengine plugins manifest glowing_edges
    """
    from artengine.atomic import atomic_write
    from artengine.errors import WriterError, system_reason
    from artengine.listing import manifest as text_of
    from artengine.listing import manifest_file

    text, file = text_of(package), manifest_file(package)
    # `text_of` raises where there is no such file.
    assert file is not None  # noqa: S101
    try:
        with atomic_write(file) as hidden:
            hidden.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WriterError(
            f"{file}: cannot be written: {system_reason(error)}; install the package with: pip "
            "install -e FOLDER"
        ) from error
    answer(str(file))


def _failure(check: Check) -> str:
    """Return on one line why a check fails; empty if it passes."""
    from artengine.errors import one_line, reason
    from artengine.testing import ConformanceError

    try:
        check()
    except ConformanceError as error:
        return one_line(str(error))
    except Exception as error:
        return reason(error, check.kind.__module__)
    return ""


def _measure(
    kind: type[Plugin], catalog: Catalog, folder: Path, values: dict[str, Any]
) -> dict[str, Any]:
    """Return an effect's time, and the files that show the plugin."""
    from artengine.effect import Effect
    from artengine.provider import OWN, provider_of
    from artengine.testing.timing import timed

    found: dict[str, Any] = {"time": ""}
    if issubclass(kind, Effect):
        others = [
            each
            for each in catalog.effects.values()
            if provider_of(each).name == OWN and each is not kind
        ]
        timing = timed(kind.model_validate(values), others)
        found = {"time": str(timing), "ms": round(timing.ms, 3)}
    folder.mkdir(parents=True, exist_ok=True)
    return {**found, "files": [str(file) for file in portray(kind, folder, values)]}


def portray(
    kind: type[Plugin], folder: Path, values: dict[str, Any], *, film: bool = True
) -> list[Path]:
    """Write a picture of a plugin, and a short film if there is something to film."""
    from PIL import Image

    from artengine.errors import ArtengineError, PluginError, reason
    from artengine.testing import ConformanceError
    from artengine.testing.check import Trial
    from artengine.testing.portrait import film_of, picture_of, write_film

    made = []
    with tempfile.TemporaryDirectory(prefix="artengine-portrait-") as staging:
        trial = Trial(kind, values, Path(staging))
        try:
            pictures = film_of(trial)
            picture = picture_of(trial, pictures)
        except (ArtengineError, ConformanceError) as error:
            raise PluginError(f"{kind.kind} {kind.name} cannot be shown: {error}") from error
        except Exception as error:
            message = reason(error, kind.__module__)
            raise PluginError(f"{kind.kind} {kind.name} cannot be shown: {message}") from error
    if picture is not None:
        made.append(folder / f"{kind.name}.png")
        Image.fromarray(picture).save(made[-1])
    if pictures and film:
        made.append(write_film(folder / f"{kind.name}.mp4", pictures))
    return made


def _find_plugins(name: str, files: list[Path]) -> tuple[list[type[Plugin]], Catalog]:
    """Return the plugins of a file, a package or a name."""
    from artengine.catalog import KINDS, load_catalog

    path = Path(name)
    if path.exists() or name.endswith(".py") or "/" in name:
        return _classes(_module(path), files)
    catalog = load_catalog(files)
    found = [catalog.plugins(kind)[name] for kind in KINDS if name in catalog.plugins(kind)]
    if not found:
        raise no_plugin(name, catalog)
    return found, catalog


def no_plugin(name: str, catalog: Catalog) -> PluginError:
    """Return the error for a name that no working plugin has."""
    from artengine.catalog import KINDS
    from artengine.errors import PluginError, did_you_mean

    known = [known for kind in KINDS for known in catalog.plugins(kind) if known != name]
    failed = any(report.status == "failed" for report in catalog.reports)
    see = "some plugins failed: see artengine doctor" if failed else "see artengine plugins list"
    return PluginError(f'no plugin "{name}"{did_you_mean(name, known)}; {see}')


def _module(path: Path) -> Path:
    """Return the module inside a package's folder, or the path itself."""
    inside = [init.parent for init in sorted(path.glob("src/*/__init__.py"))]
    return inside[0] if len(inside) == 1 else path


def _classes(module: Path, files: list[Path] | None = None) -> tuple[list[type[Plugin]], Catalog]:
    """Return the classes that a module provides; they override installed ones."""
    from artengine.catalog import KINDS, load_catalog

    catalog = load_catalog([*(files or []), module])
    report = catalog.reports[-1]
    found = [
        plugin
        for kind in KINDS
        for name, plugin in catalog.plugins(kind).items()
        if f"{kind} {name}" in report.provides
    ]
    return found, catalog


def _values(kind: type[Plugin]) -> dict[str, Any]:
    """Return the parameters to try a curve with if its key takes a number."""
    from artengine.curves import Curve
    from artengine.params import any_legal

    if not issubclass(kind, Curve):
        return {}
    info = kind.model_fields[kind.key]
    if info.annotation not in (float, int):
        return {}
    return {kind.key: max(any_legal(info), 60.0) if info.annotation is float else any_legal(info)}
