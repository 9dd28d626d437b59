"""Where packs are installed: `packs/NAME/VERSION` in the user's folder, each with its presets."""

from __future__ import annotations

from pathlib import Path

from packaging.version import InvalidVersion, Version

from artengine import folders

MANIFEST = "manifest.toml"
"""The file of a pack that says what is in it."""


def packs_folder() -> Path:
    """The folder of all installed packs. Raises `UsageError` as `folders.home` does."""
    return folders.home() / "packs"


def pack_of(folder: Path) -> Path | None:
    """The folder of the installed pack that a folder lies in; None where it lies in none."""
    root, real = packs_folder().resolve(), folder.resolve()
    if not real.is_relative_to(root):
        return None
    return root.joinpath(*real.relative_to(root).parts[:2])


def versions(name: str) -> list[Path]:
    """The folders of the installed packs of a name, the newest version first."""
    found = []
    for manifest in (packs_folder() / name).glob(f"*/{MANIFEST}"):
        try:
            found.append((Version(manifest.parent.name), manifest.parent))
        except InvalidVersion:
            continue
    return [folder for _, folder in sorted(found, reverse=True)]


def pack_names() -> list[str]:
    """The names of all installed packs."""
    return sorted({found.parent.parent.name for found in packs_folder().glob(f"*/*/{MANIFEST}")})


def packed_presets() -> dict[str, Path]:
    """The files of installed packs' presets, by `PACK/PRESET`; those of the newest version."""
    return {
        f"{name}/{path.stem}": path
        for name in pack_names()
        for folder in versions(name)[:1]
        for path in sorted(folder.glob("*.toml"))
        if path.name != MANIFEST
    }


def packed_preset(name: str) -> Path | None:
    """The file that `PACK/PRESET` or `PACK@VERSION/PRESET` means; None where there is none."""
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
