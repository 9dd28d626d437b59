"""Suggestions for a missing file."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from artengine.errors import did_you_mean

_MOST = 2000
"""Maximum number of names of a folder to compare."""


def near_file(given: str | Path) -> str:
    """Return `' (did you mean "x"?)'` for a file of a similar name in the same folder, or nothing.

    Args:
        given: a path that the user typed and that does not exist.
    """
    path = Path(given)
    try:
        with os.scandir(path.parent) as entries:
            names = sorted(entry.name for entry in islice(entries, _MOST))
    except (OSError, ValueError):
        return ""
    return did_you_mean(path.name, [name for name in names if not name.startswith(".")])
