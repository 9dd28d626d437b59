"""Removal of absolute paths, which would reveal the author's folders in a published gallery."""

from __future__ import annotations

import re

# Matches /home/me/a.mp4, ~/a.mp4, C:\me\a.mp4, \\nas\a, in quotes or after an override's "=".
_FOLDERS = re.compile(
    r"""(?P<before>["'=]|^)                 # where a value begins
        (?:~?/|~\\|[A-Za-z]:[\\/]|\\\\)     # what an absolute path begins with
        (?:[^"'\n\\/]*[\\/]+)*              # its folders
        (?=[^"'\n\\/])                      # the name that stays""",
    re.VERBOSE | re.MULTILINE,
)


def without_folders(text: str) -> str:
    """Reduce absolute paths in a recipe or an override to the names of their files."""
    return _FOLDERS.sub(lambda found: found["before"], text)
