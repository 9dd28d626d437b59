"""Values that were found out once and are kept in the cache."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from artengine import folders
from artengine.atomic import atomic_write


def remembered_file(question: str, of: object) -> Path:
    """Where a value is kept.

    Args:
        question: a word that says what is asked.
        of: what the value depends on, in types of JSON or with a text of its own.
    """
    text = json.dumps(of, sort_keys=True, default=str)
    key = hashlib.sha256(text.encode()).hexdigest()[:24]
    return folders.cache() / "runtimes" / f"{question}-{key}.json"


class Remembered:
    """A value that is kept in a file, as JSON.

    Args:
        file: as `remembered_file` gives it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.value: Any = None
        """What the file holds, which may be anything; None where it cannot be read."""
        with suppress(OSError, ValueError, RecursionError):
            self.value = json.loads(file.read_text(encoding="utf-8"))

    def forget(self) -> None:
        """Find it out again the next time."""
        self.value = None
        with suppress(OSError):
            self._file.unlink(missing_ok=True)

    def keep(self, value: Any) -> None:
        """Keep a value. Where that cannot be, it is found out again."""
        self.value = value
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(self._file) as hidden:
                hidden.write_text(json.dumps(value), encoding="utf-8")
