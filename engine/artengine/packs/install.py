"""Install packs atomically, with verification."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from artengine.errors import UsageError, system_reason
from artengine.pack_folders import packs_folder
from artengine.packs.archive import read_manifest, unpack
from artengine.packs.fetch import Progress, fetched
from artengine.packs.installed import ORIGIN, InstalledPack
from artengine.packs.manifest import Manifest
from artengine.preset.toml_text import parse_toml, read_text
from artengine.unfinished import Unfinished, remove_leftovers


@dataclass(frozen=True, slots=True)
class Installed:
    """The result of an installation.

    Args:
        pack: the installed pack.
        new: whether it was not installed before.
    """

    pack: InstalledPack
    new: bool


def installed_from(
    address: str, *, name: str = "", sha256: str = "", progress: Progress | None = None
) -> Installed:
    """Install a pack from a file, a folder, a web address or Hugging Face.

    Args:
        address: a file or folder, `https://...`, or `hf:USER/REPO`.
        name: the required name of the pack; empty for any.
        sha256: the required SHA-256 of the pack's file; empty for any.
        progress: called with the number of received bytes, and the total, or 0.

    Raises:
        UsageError: when there is no pack, or it is broken.
    """
    with fetched(address, sha256=sha256, progress=progress) as path:
        if name:
            _check_name(read_manifest(path), name, address)
        return install(path, origin=_absolute_address(address))


def updated(pack: InstalledPack) -> Installed:
    """Install a newer version of a pack from its origin, if there is one.

    Raises:
        UsageError: when the pack is no longer there, has another name, or is broken.
    """
    with fetched(pack.origin) as path:
        manifest = read_manifest(path)
        _check_name(manifest, pack.manifest.name, pack.origin)
        if Version(manifest.version) < pack.version:
            return Installed(pack, new=False)
        return install(path, origin=pack.origin)


def _check_name(manifest: Manifest, name: str, address: str) -> None:
    """Reject a pack of another name, which could shadow the presets of an installed pack."""
    if manifest.name != name:
        raise UsageError(
            f"{address}: holds the pack {manifest.name}, not {name}; if you want that, install it "
            "by its address"
        )


def install(path: Path, *, origin: str = "") -> Installed:
    """Install a pack's file, or a folder with a pack's files.

    It is unpacked next to its target, verified, and moved there as a whole. If the same pack is
    already installed it is kept; a different one of the same name and version is rejected.

    Args:
        path: the file or folder.
        origin: its address, for `artengine packs update`.

    Raises:
        UsageError: when it is broken, or another pack of its name and version is installed.
    """
    root = packs_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        remove_leftovers(root)
        unfinished = Unfinished(root / "pack")
        try:
            return _moved_to(root, path, unfinished.path, origin)
        finally:
            unfinished.remove()
    except OSError as error:
        place = f"{error.filename}: " if error.filename is not None else ""
        raise UsageError(
            f"{path.name} cannot be installed: {place}{system_reason(error)}"
        ) from error


def _moved_to(root: Path, path: Path, folder: Path, origin: str) -> Installed:
    """Unpack a pack to a new folder, and move that folder to its target below `root`."""
    folder.mkdir()
    manifest = unpack(path, folder)
    _check_presets(folder, manifest, path)
    (folder / ORIGIN).write_text(f"{origin}\n", encoding="utf-8")
    place = root / manifest.name / manifest.version
    there = _already_installed(place, manifest, origin)
    if there is None:
        place.parent.mkdir(exist_ok=True)
        try:
            folder.rename(place)
        except OSError:
            # Another process may have installed it meanwhile.
            there = _already_installed(place, manifest, origin)
            if there is None:
                raise
    if there is not None:
        return Installed(there, new=False)
    return Installed(InstalledPack(place, manifest, origin), new=True)


def _already_installed(place: Path, manifest: Manifest, origin: str) -> InstalledPack | None:
    """The installed pack of that name and version, if it is the same; raise if it differs."""
    if not place.exists():
        return None
    try:
        there = read_manifest(place)
    except UsageError:
        there = None
    if there is None or not all((place / file.path).is_file() for file in there.files):
        # Remove the remains of a pack that is incomplete or unreadable.
        shutil.rmtree(place)
        return None
    if there != manifest:
        raise UsageError(
            f"another pack {manifest.name} {manifest.version} is installed; to replace it: "
            f"artengine packs remove {manifest.name}@{manifest.version}"
        )
    return InstalledPack(place, manifest, origin)


def _check_presets(folder: Path, manifest: Manifest, path: Path) -> None:
    """Reject a pack with a preset that is not TOML, or too large."""
    for name in manifest.presets:
        try:
            parse_toml(read_text(folder / f"{name}.toml"))
        except ValueError as error:
            raise UsageError(f"{path.name}: {name}.toml: {error}") from error


def _absolute_address(address: str) -> str:
    """An address that does not depend on the working folder."""
    if "://" in address or address.startswith("hf:"):
        return address
    return str(Path(address).absolute())
