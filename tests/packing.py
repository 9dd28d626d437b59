"""Helpers to write packs with arbitrary entries and manifests."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import tomli_w

PRESET = b'title = "Harmless"\n'

Entries = dict[str, bytes]


def listed(entries: Entries, **changes: Any) -> bytes:
    """Return the manifest of entries, with some of its keys changed."""
    files = [
        {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in entries.items()
    ]
    table = {"format": 1, "name": "trap", "version": "1", "presets": ["a"], "files": files}
    return tomli_w.dumps({**table, **changes}).encode()


def write(path: Path, entries: Entries, manifest: bytes, *, mode: int = 0o100644) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("manifest.toml", manifest)
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            pack.writestr(info, content, zipfile.ZIP_DEFLATED)
    return path
