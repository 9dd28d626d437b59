"""`artengine pack`: pack presets and everything they need into one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from artengine.cli.options import AsJson, PluginFiles, Set, Source, overrides
from artengine.cli.streams import answer, tell


def pack(
    presets: Annotated[
        list[str], typer.Argument(metavar="PRESET", help="Names or files of presets, or runs.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="NAME.artpack", help="The file; by default PRESET.artpack."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The pack's name; by default the file's.")
    ] = None,
    pack_version: Annotated[
        str, typer.Option("--pack-version", metavar="VERSION", help="The pack's version.")
    ] = "1",
    author: Annotated[str, typer.Option(help="Who made it.")] = "",
    licence: Annotated[
        str, typer.Option(help="The licence under which it is shared, such as CC-BY-4.0.")
    ] = "",
    with_source: Annotated[
        bool,
        typer.Option(
            "--with-source", help="Also pack the clip frames that the films use, at film size."
        ),
    ] = False,
    thumbnail: Annotated[
        Path | None,
        typer.Option(
            metavar="FILM", help="A film for poster and preview; by default one is dreamt."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an existing pack.")
    ] = False,
    source: Source = None,
    set_: Set = None,
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Pack presets and everything they need into one file.

    A pack holds presets, weights, pictures, sounds and tables, and no code. It also holds the clip
    frames that a film begins with, so the film is the same without the clip. If an effect reads the
    clip throughout the film, this is reported, and --with-source packs those frames too. A pack
    contains no names of folders or users.

    Examples:

        artengine pack mine.toml

        artengine pack mine.toml other.toml -o my-looks.artpack --author "A. Artist"

        artengine pack runs/clip --with-source --thumbnail best.mp4
    """
    from artengine.catalog import load_catalog
    from artengine.cli.progress import bar
    from artengine.counts import counted
    from artengine.errors import UsageError
    from artengine.packs.archive import SUFFIX
    from artengine.packs.make import make
    from artengine.packs.manifest import is_pack_name
    from artengine.preset import load_preset

    catalog = load_catalog(plugin or [])
    given = overrides(set_, {}, source=source)
    loaded = [load_preset(each, catalog, given) for each in presets]
    target = output or Path(f"{loaded[0].name}{SUFFIX}")
    if target.suffix != SUFFIX:
        raise UsageError(f"-o {target}: the name of a pack ends in {SUFFIX}")
    called = (name or target.stem).lower().replace(" ", "-")
    if not is_pack_name(called):
        raise UsageError(
            f'"{called[:80]}" is no name for a pack: it has lower-case letters, digits, ".", "_" '
            'and "-"; give one with --name'
        )
    if target.exists() and not overwrite:
        raise UsageError(f"{target} is there already; replace it with --overwrite")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"{target}: its folder does not exist; make it, or choose another")
    with bar("dreaming the preview", "frames") as progress:
        made = make(
            loaded,
            target,
            catalog,
            name=called,
            version=pack_version,
            author=author,
            licence=licence,
            with_source=with_source,
            thumbnail=thumbnail,
            progress=progress,
        )
    if as_json:
        table = made.manifest.model_dump(mode="json", exclude={"files"})
        answer(json.dumps({"file": str(target), **table, "needs": made.needs}, indent=2))
        return
    for need in made.needs:
        tell(f"note: {need}")
    size = target.stat().st_size / 1e6
    files = counted(len(made.manifest.files), "file")
    tell(f"packed {files}, {size:.1f} MB; install it with:")
    tell(f"  artengine install {target.name}")
    answer(target)
