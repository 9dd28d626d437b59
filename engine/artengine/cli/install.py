"""`artengine install`: install a pack from a file, a folder, the web or Hugging Face."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from artengine.cli.options import AsJson
from artengine.cli.packs import ON_SHELF, as_table
from artengine.cli.streams import answer, tell


def install(
    address: Annotated[
        str,
        typer.Argument(
            metavar="FILE|FOLDER|URL|hf:USER/REPO|NAME",
            help="A pack's file, folder or web address; with --shelf, its name there.",
        ),
    ],
    shelf: Annotated[str | None, ON_SHELF] = None,
    as_json: AsJson = False,
) -> None:
    """Install a pack, so that its presets can be dreamt.

    The whole pack is checked before anything is installed, and nothing in it is executed. Web
    addresses begin with https://; packs on Hugging Face need artengine[hub].

    Examples:

        artengine install my-looks.artpack

        artengine install https://example.org/my-looks.artpack

        artengine install hf:artist/my-looks

        artengine install my-looks --shelf https://example.org/packs
    """
    from artengine.cli.progress import bar
    from artengine.errors import UsageError
    from artengine.packs.install import installed_from
    from artengine.packs.shelf import shelved

    if shelf is None and address.endswith(".toml") and Path(address).is_file():
        raise UsageError(
            f"{address} is a preset and no pack; it needs no installing: artengine dream {address}"
        )
    name = sha256 = ""
    if shelf is not None:
        found = shelved(shelf, address)
        address, name, sha256 = found.address, found.name, found.sha256
    with bar("fetching", "bytes") as progress:
        done = installed_from(
            address,
            name=name,
            sha256=sha256,
            progress=lambda arrived, all_: progress(arrived, all_ or None),
        )
    if as_json:
        answer(json.dumps({**as_table(done.pack), "new": done.new}, indent=2))
        return
    manifest = done.pack.manifest
    state = "installed" if done.new else "was installed already:"
    tell(f"{state} {manifest.name} {manifest.version}; its presets:")
    for preset in manifest.presets:
        answer(f"{manifest.name}/{preset}")
    for need in manifest.misses():
        tell(f"note: {need}")
    called = f"{manifest.name}@{manifest.version}"
    for missing in _missing_clips([f"{called}/{preset}" for preset in manifest.presets]):
        tell(f"note: {missing}")


def _missing_clips(presets: Sequence[str]) -> Iterator[str]:
    """Yield what to do for each clip that an installed preset needs and the pack does not hold."""
    from artengine.catalog import load_catalog
    from artengine.cli.clip import check_files
    from artengine.errors import ArtengineError, SourceError
    from artengine.preset import load_preset

    catalog = load_catalog()
    for preset in presets:
        try:
            check_files(load_preset(preset, catalog))
        except SourceError as error:
            yield str(error)
        except ArtengineError:
            # Missing plugins are reported already, and `dream` reports other mistakes.
            continue
