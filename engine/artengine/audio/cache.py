"""Analysed sounds, kept so that none is analysed twice."""

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
from artengine.digest import file_digest
from artengine.errors import SourceError

logger = logging.getLogger("artengine")


def analysed(path: Path, bands: Mapping[str, Band] | None = None) -> Analysis:
    """Analyse a sound, or find what was analysed before.

    Analyses lie in the cache folder under a name made of the file's content and the bands.

    Args:
        path: any file with sound that ffmpeg reads.
        bands: further bands by name.

    Raises:
        SourceError: when it is missing, holds no sound, cannot be read, or is too long.
    """
    try:
        digest = file_digest(path) if path.is_file() else ""
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}; check its rights") from error
    wanted = tuple(sorted((bands or {}).items()))
    return _analysed(path, digest, wanted)


@lru_cache(maxsize=8)
def _analysed(path: Path, digest: str, bands: tuple[tuple[str, Band], ...]) -> Analysis:
    key = sha256(json.dumps([VERSION, digest, bands]).encode()).hexdigest()[:24]
    kept = folders.cache() / "audio" / f"{key}.npz"
    if digest:
        found = _read(kept)
        if found is not None:
            return found
    analysis = analyse(samples(path), dict(bands))
    _keep(analysis, kept)
    return analysis


def _read(path: Path) -> Analysis | None:
    """What was kept; None where nothing was, or where it is broken."""
    try:
        with np.load(path, allow_pickle=False) as found:
            rows = {name: found[name] for name in found.files if name != "seconds"}
            return Analysis(float(found["seconds"]), rows)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _keep(analysis: Analysis, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path, ".part.npz") as unfinished:
            rows: dict[str, Any] = {"seconds": np.float64(analysis.seconds), **analysis.rows}
            np.savez(unfinished, **rows)
    except OSError as error:
        # Without the cache it is only analysed again.
        logger.debug("%s: %s", path, error)
