"""File names: validation and truncation."""

from __future__ import annotations

import re
import sys
import unicodedata

LONGEST_NAME = 255
"""Maximum bytes of UTF-8 of one name in the usual file systems."""

_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\s*(\..*)?", re.IGNORECASE)
_JOINERS = "\u200d\ufe0e\ufe0f"


def name_problem(name: str, *, windows: bool = sys.platform == "win32") -> str:
    """Return why a file name is invalid, or an empty string.

    Control characters are always rejected: systems accept them, but lists of files do not.

    Args:
        name: the last part of a path.
        windows: whether to apply the rules of Windows too: no device name such as `con.mp4`, none
            of `<>:"|?*`, no dot or space at the end.
    """
    length = len(name.encode("utf-8", "surrogateescape"))
    if length > LONGEST_NAME:
        return f"the name has {length} bytes; allowed: {LONGEST_NAME}"
    if "\0" in name:
        return "a name cannot hold a NUL character"
    if any(unicodedata.category(letter) == "Cc" for letter in name):
        return "the name holds a control character, such as a line feed"
    if not windows:
        return ""
    if _DEVICES.fullmatch(name):
        return f'"{name.partition(".")[0].strip()}" is the name of a device on Windows'
    forbidden = re.search(r'[<>:"|?*]', name)
    if forbidden:
        return f"a name on Windows cannot hold {forbidden[0]!r}"
    if name.endswith((".", " ")):
        return "a name on Windows cannot end in a dot or a space"
    return ""


def cut_name(name: str, most: int) -> str:
    """Truncate a name to at most `most` bytes of UTF-8, at a character boundary.

    A letter is never separated from its accents, nor an emoji from the characters joined to it.
    """
    encoded = name.encode("utf-8", "surrogateescape")
    if len(encoded) <= most:
        return name
    kept = encoded[:most].decode("utf-8", "ignore")
    rest = name[len(kept) :]
    while kept and rest and _continues(rest[0], kept[-1]):
        kept, rest = kept[:-1], kept[-1] + rest
    return kept


def shortened(name: str, most: int = 60) -> str:
    """Return a name for a message, truncated to `most` characters with `...`."""
    return name if len(name) <= most else f"{name[: most - 3]}..."


def _continues(letter: str, before: str) -> bool:
    """Whether a character combines with the one before it."""
    mark = unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Mc")
    tone = "\U0001f3fb" <= letter <= "\U0001f3ff"
    return bool(mark) or letter in _JOINERS or before == "\u200d" or tone
