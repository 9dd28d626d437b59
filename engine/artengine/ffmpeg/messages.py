"""ffmpeg's errors as one line of an error message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from artengine.errors import SourceError

_CONSEQUENCE = re.compile(
    r"Error opening (?:in|out)put files?|Terminating thread|Task finished|Conversion failed"
    r"|Error (?:submitting|sending) |Error while filtering|Nothing was written"
    r"|Last message repeated|Application provided invalid, non monoton"
)


def unreadable(path: Path, log: str) -> SourceError:
    """Return the error for a file that ffmpeg cannot read, with the errors of a `level+...` log."""
    errors = (
        summed_up([line for line in log.splitlines() if is_error(line)])
        or "ffmpeg found no picture in it"
    )
    return SourceError(
        f"{path} cannot be read as video; check that it is a complete video file "
        f"(ffmpeg says: {errors})"
    )


def is_error(line: str) -> bool:
    """Return whether a line of a `level+...` log is an error."""
    return (
        re.match(r"(?:\[[^\]]* @ (?:0x)?[0-9a-f]+\] )*\[(?:error|fatal|panic)\]", line) is not None
    )


def summed_up(lines: Sequence[str]) -> str:
    """Join ffmpeg's messages, without addresses, repeats and messages that only echo a cause."""
    causes: list[str] = []
    echoes: list[str] = []
    for line in lines:
        text = re.sub(r"\[(?:[^\]]* @ 0x[0-9a-f]+|error|fatal|panic)\]\s*", "", line).strip()
        text = re.sub(r"not on whitelist '.*", "is not among the formats that are read", text)
        text = text.removeprefix("Error opening input: ").rstrip(".")
        kind = echoes if _CONSEQUENCE.match(text) else causes
        if text and text not in kind:
            kind.append(text)
    joined = "; ".join(causes or echoes[-1:])
    return joined if len(joined) <= 300 else joined[:297] + "..."
