"""The text that a video file carries."""

from __future__ import annotations

import re
from pathlib import Path

from artengine.ffmpeg.fence import input_arguments
from artengine.ffmpeg.messages import unreadable
from artengine.ffmpeg.process import run


def metadata(path: Path) -> dict[str, str]:
    """Text that a video file carries, by lower-case name: `comment`, `title` and so on.

    Raises:
        SourceError: when it is missing or cannot be read.
    """
    command = ["-hide_banner", "-nostdin", "-loglevel", "level+error"]
    command += [*input_arguments(path), "-f", "ffmetadata", "pipe:1"]
    status, told, log = run(command)
    if status:
        raise unreadable(path, log)
    text = told.decode("utf-8", "replace")
    # In this format a backslash keeps the character after it, a line's end too, from its meaning.
    entries = re.findall(r"^((?:[^=;#\\\n]|\\.)+)=((?:[^\\\n]|\\.)*)$", text, re.M | re.S)
    # The file's own come first; those of its streams and chapters must not replace them.
    entries.reverse()
    return {key.lower(): re.sub(r"\\(.)", r"\1", value, flags=re.S) for key, value in entries}
