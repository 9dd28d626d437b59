"""Digests of files: what tells one content from another, independent of the file's name."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

HASHED_WHOLE = 64 << 20
"""Files above this size are hashed in blocks, in bytes."""

_BLOCKS = 16
_BLOCK = 4 << 20


def file_digest(path: Path) -> str:
    """SHA-256 of a file's size and bytes, as 64 hexadecimal digits.

    Of a file above 64 MiB only 16 blocks of 4 MiB are hashed, spread evenly from its first byte to
    its last, so that hours of video take a second.

    Raises:
        OSError: when the file cannot be read.
    """
    found = path.stat()
    return _digest(path, found.st_size, found.st_mtime_ns)


def digest_of(path: Path) -> str:
    """The digest of a file as recipes write it, `sha256:98ab...`.

    A folder or a pattern has an empty one, and so has a file that cannot be read.
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
