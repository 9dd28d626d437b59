"""`artengine plugins`: the sources, models, effects and writers that presets can use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from artengine.cli.command import Command
from artengine.cli.options import AsJson, PluginFiles
from artengine.cli.plugin_authors import check, manifest, new, no_plugin
from artengine.cli.streams import answer, tell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from artengine.listing import Kinds
    from artengine.params import Plugin

plugins_app = typer.Typer(
    name="plugins", help="List, show, make and check plugins.", no_args_is_help=True
)


for command in (new, check, manifest):
    plugins_app.command(cls=Command)(command)


@plugins_app.command("list", cls=Command)
def list_(plugin: PluginFiles = None, as_json: AsJson = False) -> None:
    """List all sources, models, effects and writers.

    Plugins that failed to load are listed at the end, each with its reason. If one that --plugin
    names is among them, the exit code is 4.

    Examples:

        artengine plugins list

        artengine plugins list --json

        artengine plugins list --plugin my_effect.py
    """
    from artengine.errors import PluginError
    from artengine.listing import list_plugins

    listing = list_plugins(plugin or [])
    failed = [report for report in listing.reports if report["status"] == "failed"]
    named = [report for report in failed if report["origin"] == "--plugin"]
    if as_json:
        kinds = {
            f"{kind}s": [{"name": name, "about": about} for name, about in found.items()]
            for kind, found in listing.kinds.items()
        }
        answer(json.dumps({**kinds, "plugins": listing.reports}, indent=2))
        for report in failed:
            if report not in named:
                tell(f"warning: {report['plugin']} ({report['origin']}): {report['reason']}")
    else:
        _print(listing.kinds, failed)
    if named:
        raise PluginError(*(f"--plugin {each['plugin']}: {each['reason']}" for each in named))


def _print(kinds: Kinds, failed: Sequence[Mapping[str, Any]]) -> None:
    for kind, found in kinds.items():
        width = max(map(len, found), default=0)
        answer(f"{kind}s")
        for name, about in found.items():
            answer(f"  {name:{width}}  {about}")
    if failed:
        answer("failed")
    for report in failed:
        answer(f"  {report['plugin']} ({report['origin']}): {report['reason']}")


@plugins_app.command(cls=Command)
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name in presets.")],
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Show what a plugin does and its parameters.

    Examples:

        artengine plugins show trails

        artengine plugins show video --json
    """
    from artengine.catalog import KINDS, load_catalog
    from artengine.reference import describe

    catalog = load_catalog(plugin or [])
    found = [catalog.plugins(kind)[name] for kind in KINDS if name in catalog.plugins(kind)]
    if not found:
        raise no_plugin(name, catalog)
    if as_json:
        answer(json.dumps([describe(kind) for kind in found], indent=2))
        return
    answer("\n\n".join(_text(kind) for kind in found))


def _text(plugin: type[Plugin]) -> str:
    from inspect import cleandoc

    from artengine.cli.reference import paragraphs, parameter_lines
    from artengine.reference import all_parameters

    lines = [f"{plugin.kind} {plugin.name}", "", *paragraphs(cleandoc(plugin.__doc__ or ""))]
    return "\n".join([*lines, *parameter_lines(all_parameters(plugin))])
