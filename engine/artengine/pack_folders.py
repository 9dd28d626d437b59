"""Folders of installed packs: `packs/NAME/VERSION` in the user's folder, with its presets."""

from __future__ import annotations

from pathlib import Path

from packaging.version import InvalidVersion, Version

from artengine import folders

MANIFEST = "manifest.toml"
"""The file that describes the contents of a pack."""


def packs_folder() -> Path:
    """Return the folder of all installed packs. Raises `UsageError` as `folders.home` does."""
    return folders.home() / "packs"


def pack_of(folder: Path) -> Path | None:
    """Return the folder of the installed pack that contains a folder, or None."""
    root, real = packs_folder().resolve(), folder.resolve()
    if not real.is_relative_to(root):
        return None
    return root.joinpath(*real.relative_to(root).parts[:2])


def versions(name: str) -> list[Path]:
    """Return the folders of the installed versions of a pack, newest first."""
    found = []
    for manifest in (packs_folder() / name).glob(f"*/{MANIFEST}"):
        try:
            found.append((Version(manifest.parent.name), manifest.parent))
        except InvalidVersion:
            continue
    return [folder for _, folder in sorted(found, reverse=True)]


def pack_names() -> list[str]:
    """Return the names of all installed packs."""
    return sorted({found.parent.parent.name for found in packs_folder().glob(f"*/*/{MANIFEST}")})


def packed_presets() -> dict[str, Path]:
    """Return the preset files of the newest version of each pack, by `PACK/PRESET`."""
    return {
        f"{name}/{path.stem}": path
        for name in pack_names()
        for folder in versions(name)[:1]
        for path in sorted(folder.glob("*.toml"))
        if path.name != MANIFEST
    }


def packed_preset(name: str) -> Path | None:
    """Return the file of `PACK/PRESET` or `PACK@VERSION/PRESET`, or None."""
    pack, _, preset = name.partition("/")
    called, _, version = pack.partition("@")
    if any(part in ("", ".", "..") or set(part) & set("/\\") for part in (called, preset)):
        return None
    try:
        installed = [each for each in versions(called) if version in ("", each.name)]
        path = installed[0] / f"{preset}.toml" if installed else None
        return path if path is not None and path.is_file() else None
    except (OSError, ValueError):
        return None
