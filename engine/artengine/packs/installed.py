"""Installed packs: each in its own folder, by name and version."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from artengine.errors import UsageError, did_you_mean
from artengine.pack_folders import pack_names, versions
from artengine.packs.archive import read_manifest
from artengine.packs.manifest import Manifest, is_pack_name
from artengine.subprocesses import command_line

ORIGIN = ".origin"
"""The file of an installed pack that has its origin."""


@dataclass(frozen=True, slots=True)
class InstalledPack:
    """An installed pack.

    Args:
        folder: the folder of its files.
        manifest: its manifest.
        origin: the address it was installed from; empty if unknown.
    """

    folder: Path
    manifest: Manifest
    origin: str

    @property
    def version(self) -> Version:
        """Its version, for comparisons."""
        return Version(self.manifest.version)

    def preset(self, name: str) -> Path:
        """Return the file of one of its presets."""
        return self.folder / f"{name}.toml"

    def presets(self) -> dict[str, Path]:
        """Return the files of its presets, by name."""
        return {name: self.preset(name) for name in self.manifest.presets}


def installed_packs() -> tuple[list[InstalledPack], list[str]]:
    """Return all installed packs, by name and then newest first, and errors of broken ones."""
    packs, broken = [], []
    for name in pack_names():
        for folder in versions(name):
            try:
                packs.append(InstalledPack(folder, read_manifest(folder), _origin(folder)))
            except UsageError as error:
                remove = command_line(["artengine", "packs", "remove", f"{name}@{folder.name}"])
                broken.append(f"{error}; install it again after: {remove}")
    return packs, broken


def find_pack(name: str) -> InstalledPack:
    """Return the newest installed pack of a name, or that of `NAME@VERSION`.

    Raises:
        UsageError: when there is none.
    """
    wanted, _, version = name.partition("@")
    packs, _ = installed_packs()
    of_name = [pack for pack in packs if pack.manifest.name == wanted]
    found = [pack for pack in of_name if not version or pack.manifest.version == version]
    if found:
        return found[0]
    if of_name:
        there = ", ".join(pack.manifest.version for pack in of_name)
        raise UsageError(
            f"the pack {wanted} is not installed as version {version}; there is {there}"
        )
    known = sorted({pack.manifest.name for pack in packs})
    raise UsageError(
        f'no pack "{wanted}" is installed{did_you_mean(wanted, known)}; installed are: '
        f"{', '.join(known) or 'none'}"
    )


def find_folder(name: str) -> Path:
    """Return the folder of the newest pack of a name, or of `NAME@VERSION`, even if it is broken.

    Raises:
        UsageError: when there is none.
    """
    wanted, _, version = name.partition("@")
    if is_pack_name(wanted):
        for folder in versions(wanted):
            if version in ("", folder.name):
                return folder
    return find_pack(name).folder


def remove_pack(folder: Path) -> None:
    """Remove the folder of an installed pack.

    Raises:
        OSError: when its files cannot be removed.
    """
    # Rename it first, so that the remains of an interrupted removal are not taken for a pack.
    hidden = folder.with_name(f".removed-{folder.name}")
    shutil.rmtree(hidden, ignore_errors=True)
    folder.rename(hidden)
    shutil.rmtree(hidden)
    if not any(folder.parent.iterdir()):
        folder.parent.rmdir()


def _origin(folder: Path) -> str:
    try:
        return (folder / ORIGIN).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
