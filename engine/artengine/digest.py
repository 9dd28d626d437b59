"""Digests of files, which identify their content independently of their names."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

HASHED_WHOLE = 64 << 20
"""Size in bytes above which only sampled blocks of a file are hashed."""

_BLOCKS = 16
_BLOCK = 4 << 20


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's size and bytes, as 64 hexadecimal digits.

    For a file above 64 MiB only 16 blocks of 4 MiB are hashed, spread evenly from the first byte to
    the last, so that hours of video take a second.

    Raises:
        OSError: when the file cannot be read.
    """
    found = path.stat()
    return _digest(path, found.st_size, found.st_mtime_ns)


def digest_of(path: Path) -> str:
    """Return the digest of a file in the form of recipes, `sha256:98ab...`.

    Return an empty string for a folder, a pattern, or a file that cannot be read.
    """
    try:
        return f"sha256:{file_digest(path)}" if path.is_file() else ""
    except (OSError, ValueError):
        return ""


@lru_cache(maxsize=1024)
def _digest(path: Path, size: int, _changed: int) -> str:
    digest = hashlib.sha256(f"{size}\n".encode())
    with path.open("rb") as file:
        if size <= HASHED_WHOLE:
            while block := file.read(1 << 20):
                digest.update(block)
        else:
            for number in range(_BLOCKS):
                file.seek((size - _BLOCK) * number // (_BLOCKS - 1))
                digest.update(file.read(_BLOCK))
    return digest.hexdigest()
