"""The metadata of a video file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from artengine.ffmpeg.fence import input_arguments
from artengine.ffmpeg.messages import unreadable
from artengine.ffmpeg.process import run

# A backslash escapes the character after it, even a line end.
_ENTRY = re.compile(r"^((?:[^=;#\\\n]|\\.)+)=([^\\\n]*(?:\\.[^\\\n]*)*)$", re.MULTILINE | re.DOTALL)


def metadata(path: Path) -> dict[str, str]:
    """Return the metadata of a video file, by lower-case name: `comment`, `title` and so on.

    Raises:
        SourceError: when it is missing or cannot be read.
    """
    command = ["-hide_banner", "-nostdin", "-loglevel", "level+error"]
    command += [*input_arguments(path), "-f", "ffmetadata", "pipe:1"]
    status, output, log = run(command)
    if status:
        raise unreadable(path, log)
    text = output.decode("utf-8", "replace")
    # The file's own entries come first; those of its streams and chapters must not replace them.
    entries = [(key.lower(), _unescaped(value)) for key, value in _ENTRY.findall(text)]
    return dict(reversed(entries))


def as_ffmetadata(tags: Mapping[str, str]) -> str:
    """Format texts as a file of ffmpeg's `ffmetadata` format, which allows any length."""
    lines = (f"{_escaped(key)}={_escaped(text)}\n" for key, text in tags.items())
    return ";FFMETADATA1\n" + "".join(lines)


def _escaped(text: str) -> str:
    return re.sub(r"[=;#\\\n\r]", lambda found: f"\\{found[0]}", text.replace("\0", ""))


def _unescaped(text: str) -> str:
    # For a text of megabytes, splitting is twenty times as fast as a regular expression.
    return "\\".join(part.replace("\\", "") for part in text.split("\\\\"))
