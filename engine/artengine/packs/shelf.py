"""Shelves: an `index.toml`, in a folder or at a web address, that lists packs."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin

from packaging.version import InvalidVersion, Version
from pydantic import Field, ValidationError

from artengine.atomic import atomic_write
from artengine.errors import UsageError, system_reason
from artengine.packs.archive import SUFFIX, read_manifest, sha256_of
from artengine.packs.fetch import check_leads_on, is_web, read_address
from artengine.packs.manifest import Text, is_pack_name
from artengine.preset.recipe import to_toml
from artengine.preset.toml_text import parse_toml
from artengine.settings_table import Settings

INDEX = "index.toml"
"""The name of a shelf's list."""

_LONGEST = 1 << 20


class Shelved(Settings):
    """A pack on a shelf.

    Args:
        name, version, about, author: as in its manifest.
        address: the address of its file, relative to the index.
        sha256: the SHA-256 of the file.
    """

    name: str = Field(max_length=64)
    version: str = Field(max_length=40)
    about: Text = ""
    author: Text = ""
    address: str = Field(max_length=2000)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Shelf(Settings):
    """The packs of a shelf."""

    packs: tuple[Shelved, ...] = Field(max_length=10_000)


def read_shelf(address: str) -> list[Shelved]:
    """Read the packs of a shelf, with absolute addresses.

    Args:
        address: a folder with an `index.toml`, that file, or the web address of either.

    Raises:
        UsageError: when there is no shelf.
    """
    index = _index(address)
    try:
        table = parse_toml(read_address(index, _LONGEST).decode())
        shelf = Shelf.model_validate({**table, "packs": tuple(table.get("packs", ()))})
    except UnicodeDecodeError:
        raise UsageError(f"{index}: no shelf: it is not text") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise UsageError(f"{index}: no shelf: {place[:80]}: {first['msg']}") from error
    except (ValueError, TypeError) as error:
        raise UsageError(f"{index}: no shelf: {error}") from error
    return [pack.model_copy(update={"address": _join(index, pack.address)}) for pack in shelf.packs]


def search(address: str, word: str) -> list[Shelved]:
    """Return the packs of a shelf with a word in their name, author or description."""
    looked = word.casefold()
    return [
        pack
        for pack in read_shelf(address)
        if looked in f"{pack.name} {pack.about} {pack.author}".casefold()
    ]


def shelved(address: str, name: str) -> Shelved:
    """Return the newest pack of a name on a shelf, or that of `NAME@VERSION`.

    Raises:
        UsageError: when the shelf has no such pack.
    """
    wanted, _, version = name.partition("@")
    packs = [pack for pack in read_shelf(address) if pack.name == wanted and is_pack_name(wanted)]
    packs = [pack for pack in packs if not version or pack.version == version]
    if not packs:
        raise UsageError(f'the shelf {address} has no pack "{name}"; see artengine packs search')
    try:
        return max(packs, key=lambda pack: Version(pack.version))
    except InvalidVersion as error:
        raise UsageError(f"{address}: no shelf: {error}") from error


def write_index(folder: Path) -> Path:
    """List the packs of a folder in its `index.toml`.

    Raises:
        UsageError: when one of them is broken, or the file cannot be written.
    """
    packs = []
    for path in sorted(file for file in folder.glob(f"*{SUFFIX}") if file.is_file()):
        manifest = read_manifest(path)
        listed = manifest.model_dump(include={"name", "version", "about", "author"})
        packs.append({**listed, "address": path.name, "sha256": sha256_of(path)})
    if not packs:
        raise UsageError(f"{folder}: holds no file that ends in {SUFFIX}")
    try:
        with atomic_write(folder / INDEX) as hidden:
            hidden.write_text(to_toml({"packs": packs}), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder / INDEX} cannot be written: {system_reason(error)}") from error
    return folder / INDEX


def _index(address: str) -> str:
    if is_web(address):
        return address if address.endswith(".toml") else f"{address.rstrip('/')}/{INDEX}"
    path = Path(address)
    return str(path if path.suffix == ".toml" else path / INDEX)


def _join(index: str, address: str) -> str:
    """Resolve an address in an index, which may be relative to the index."""
    if address.startswith("hf:"):
        return address
    if is_web(index):
        whole = urljoin(index, address)
        check_leads_on(index, whole)
        return whole
    if is_web(address):
        return address
    # A shelf in a folder may only list files in that folder.
    folder = Path(index).parent.resolve()
    try:
        path = (folder / address).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(f"{index}: lists {address[:80]}, which is no path: {error}") from error
    if not path.is_relative_to(folder):
        raise UsageError(f"{index}: lists {address[:80]}, which lies outside of its folder")
    return str(path)
