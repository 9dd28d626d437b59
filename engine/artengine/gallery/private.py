"""What a gallery that is published does not tell: the folders of the computer that made it."""

from __future__ import annotations

import re

# /home/me/a.mp4, ~/a.mp4, C:\me\a.mp4, \\nas\a, in quotes or after the equals sign of an override.
_FOLDERS = re.compile(
    r"""(?P<before>["'=]|^)                 # where a value begins
        (?:~?/|~\\|[A-Za-z]:[\\/]|\\\\)     # what an absolute path begins with
        (?:[^"'\n\\/]*[\\/]+)*              # its folders
        (?=[^"'\n\\/])                      # the name that stays""",
    re.VERBOSE | re.MULTILINE,
)


def without_folders(text: str) -> str:
    """A recipe or an override in which absolute paths are cut down to the names of their files."""
    return _FOLDERS.sub(lambda found: found["before"], text)
