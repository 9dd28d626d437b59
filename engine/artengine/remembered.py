"""Cached results of measurements and trials, each in a file."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from artengine import folders
from artengine.atomic import atomic_write


def remembered_file(question: str, of: object) -> Path:
    """Return the file of a cached value.

    Args:
        question: a word that names the value.
        of: everything that the value depends on, in JSON types or types that `str` converts.
    """
    text = json.dumps(of, sort_keys=True, default=str)
    key = hashlib.sha256(text.encode()).hexdigest()[:24]
    return folders.cache() / "runtimes" / f"{question}-{key}.json"


class Remembered:
    """A value that is cached in a file, as JSON.

    Args:
        file: as `remembered_file` returns it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.value: Any = None
        """The content of the file, of any type; None if it cannot be read."""
        with suppress(OSError, ValueError, RecursionError):
            self.value = json.loads(file.read_text(encoding="utf-8"))

    def forget(self) -> None:
        """Delete the value."""
        self.value = None
        with suppress(OSError):
            self._file.unlink(missing_ok=True)

    def keep(self, value: Any) -> None:
        """Store a value; errors in writing the file are ignored."""
        self.value = value
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(self._file) as hidden:
                hidden.write_text(json.dumps(value), encoding="utf-8")
