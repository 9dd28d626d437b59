"""`artengine packs`: manage installed packs, and find more on shelves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from artengine.cli.command import Command
from artengine.cli.options import AsJson
from artengine.cli.streams import answer, tell

if TYPE_CHECKING:
    from artengine.packs.installed import InstalledPack

packs_app = typer.Typer(
    name="packs", help="List, show, find, update and remove packs.", no_args_is_help=True
)

ON_SHELF = typer.Option(
    "--shelf", metavar="ADDRESS", help="A folder or web address with an index.toml of packs."
)
"""The option that names a shelf."""

Name = Annotated[
    str, typer.Argument(metavar="PACK", help="Its name, or NAME@VERSION for one of several.")
]


def as_table(pack: InstalledPack) -> dict[str, Any]:
    """Return an installed pack as data for JSON."""
    manifest = pack.manifest.model_dump(mode="json", exclude={"files", "format"})
    presets = [f"{pack.manifest.name}/{name}" for name in pack.manifest.presets]
    return {
        **manifest,
        "presets": presets,
        "folder": str(pack.folder),
        "from": pack.origin,
        "needs": pack.manifest.misses(),
    }


@packs_app.command("list", cls=Command)
def list_(as_json: AsJson = False) -> None:
    """List the installed packs and their presets.

    Examples:

        artengine packs list

        artengine packs list --json
    """
    from artengine.packs.installed import installed_packs

    packs, broken = installed_packs()
    if as_json:
        answer(json.dumps([as_table(each) for each in packs], indent=2))
    for each in [] if as_json else packs:
        manifest = each.manifest
        answer(
            f"{manifest.name} {manifest.version}  {', '.join(manifest.presets)}  ({_state(each)})"
        )
    if not packs and not as_json:
        tell("no packs are installed; install one with: artengine install FILE")
    for problem in broken:
        tell(f"warning: {problem}")


@packs_app.command(cls=Command)
def show(name: Name, as_json: AsJson = False) -> None:
    """Show what is in an installed pack, who made it and what it needs.

    Examples:

        artengine packs show my-looks

        artengine packs show my-looks@1.2 --json
    """
    from artengine.errors import one_line
    from artengine.packs.installed import find_pack
    from artengine.preset import summary

    found = find_pack(name)
    if as_json:
        files = [file.model_dump(mode="json") for file in found.manifest.files]
        answer(json.dumps({**as_table(found), "files": files}, indent=2))
        return
    manifest = found.manifest
    facts = {
        "author": manifest.author,
        "licence": manifest.licence,
        "from": found.origin,
        "folder": str(found.folder),
        "size": f"{sum(file.size for file in manifest.files) / 1e6:.1f} MB",
        "state": _state(found),
    }
    answer(f"{manifest.name} {manifest.version}")
    for label, text in facts.items():
        if text:
            answer(f"  {label:8} {one_line(text)}")
    for preset in manifest.presets:
        answer(f"  {manifest.name}/{preset}  {summary(found.preset(preset))}")


@packs_app.command(cls=Command)
def remove(name: Name) -> None:
    """Remove an installed pack, even a broken one. Films made with it stay.

    Examples:

        artengine packs remove my-looks

        artengine packs remove my-looks@1.2
    """
    from artengine.errors import UsageError, system_reason
    from artengine.packs.installed import find_folder, remove_pack

    folder = find_folder(name)
    try:
        remove_pack(folder)
    except OSError as error:
        raise UsageError(f"{error.filename}: cannot be removed: {system_reason(error)}") from error
    tell(f"removed {folder.parent.name} {folder.name}")


@packs_app.command(cls=Command)
def update(
    name: Annotated[
        str | None, typer.Argument(metavar="PACK", help="Its name; by default all packs.")
    ] = None,
) -> None:
    """Install newer versions of packs from where they came from. Older versions stay.

    Examples:

        artengine packs update

        artengine packs update my-looks
    """
    from artengine.errors import UsageError
    from artengine.packs.install import updated
    from artengine.packs.installed import find_pack, installed_packs

    newest: dict[str, InstalledPack] = {}
    for each in [find_pack(name)] if name else installed_packs()[0]:
        newest.setdefault(each.manifest.name, each)
    failed = []
    for called, old in newest.items():
        if not old.origin:
            tell(f"{called} {old.manifest.version}: it is not known where it came from")
            continue
        try:
            found = updated(old)
        except UsageError as error:
            failed.append(f"{called}: {error}")
            continue
        if found.new:
            tell(f"{called}: {old.manifest.version} -> {found.pack.manifest.version}")
        else:
            tell(f"{called} {old.manifest.version}: is the newest")
    if failed:
        raise UsageError(*failed)


@packs_app.command(cls=Command)
def search(
    word: Annotated[
        str, typer.Argument(metavar="WORD", help="A word in name, look or author; '' finds all.")
    ],
    shelf: Annotated[str, ON_SHELF],
    as_json: AsJson = False,
) -> None:
    """Find packs on a shelf.

    Examples:

        artengine packs search sea --shelf https://example.org/packs

        artengine packs search "" --shelf packs/ --json
    """
    from artengine.errors import one_line
    from artengine.packs.shelf import search as search_shelf

    found = search_shelf(shelf, word)
    if as_json:
        answer(json.dumps([each.model_dump(mode="json") for each in found], indent=2))
        return
    for each in found:
        answer(one_line(f"{each.name} {each.version}  {each.about}"))
    if found:
        tell(f"install one with: artengine install {found[0].name} --shelf {shelf}")
    else:
        tell(f'no pack on {shelf} has "{word}" in its name, look or author')


@packs_app.command(cls=Command)
def index(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder with files that end in .artpack.")
    ],
) -> None:
    """Make a folder a shelf by listing its packs in an index.toml.

    Serve the folder from any web server, and others can search it and install from it.

    Examples:

        artengine packs index packs/
    """
    from artengine.packs.shelf import write_index

    answer(write_index(folder))


def _state(pack: InstalledPack) -> str:
    return "; ".join(pack.manifest.misses()) or "OK"
