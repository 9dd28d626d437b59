"""The cache of analysed sounds, so that none is analysed twice."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from artengine import folders
from artengine.atomic import atomic_write
from artengine.audio.analysis import VERSION, Analysis, analyse
from artengine.audio.bands import Band
from artengine.audio.decode import samples
from artengine.audio.tempo import BEATS_VERSION, beats_of
from artengine.digest import file_digest
from artengine.errors import SourceError

logger = logging.getLogger("artengine")


def analysed(path: Path, bands: Mapping[str, Band] | None = None) -> Analysis:
    """Analyse a sound, or read its analysis from the cache.

    The name of a file in the cache is a digest of the sound file's content and the bands.

    Args:
        path: any file with sound that ffmpeg reads.
        bands: additional bands by name.

    Raises:
        SourceError: when it is missing, holds no sound, cannot be read, or is too long.
    """
    wanted = tuple(sorted((bands or {}).items()))
    return _analysed(path, _digest(path), wanted)


def beats_in(path: Path) -> tuple[float, ...] | None:
    """Return the times of a sound's beats, in seconds from its start, from the cache if possible.

    Args:
        path: any file with sound that ffmpeg reads.

    Returns:
        The beats, which may be none; None if librosa is needed and not installed.

    Raises:
        SourceError: as `analysed` does.
    """
    digest = _digest(path)
    kept = _cache_file(["beats", BEATS_VERSION, VERSION, digest])
    rows = _read(kept) if digest else None
    if rows is not None and "beats" in rows:
        return tuple(rows["beats"].tolist())
    found = beats_of(analysed(path))
    if found is not None:
        _store({"beats": np.array(found, np.float64)}, kept)
    return None if found is None else tuple(found)


def _digest(path: Path) -> str:
    try:
        return file_digest(path) if path.is_file() else ""
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}; check its rights") from error


@lru_cache(maxsize=8)
def _analysed(path: Path, digest: str, bands: tuple[tuple[str, Band], ...]) -> Analysis:
    kept = _cache_file([VERSION, digest, bands])
    rows = _read(kept) if digest else None
    if rows is not None and "seconds" in rows:
        return Analysis(float(rows.pop("seconds")), rows)
    analysis = analyse(samples(path), dict(bands))
    _store({"seconds": np.float64(analysis.seconds), **analysis.rows}, kept)
    return analysis


def _cache_file(key: Any) -> Path:
    """Return the file in the cache for a key."""
    name = sha256(json.dumps(key).encode()).hexdigest()[:24]
    return folders.cache() / "audio" / f"{name}.npz"


def _read(path: Path) -> dict[str, Any] | None:
    """Read a file of the cache; None if it is missing or broken."""
    try:
        with np.load(path, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _store(rows: Mapping[str, Any], path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path, ".part.npz") as unfinished:
            np.savez(unfinished, **rows)
    except OSError as error:
        # Without the cache the sound is analysed again, which only takes time.
        logger.debug("%s: %s", path, error)
