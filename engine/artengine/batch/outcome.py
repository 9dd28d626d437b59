"""Outcomes of pieces, and the record of failed ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from artengine.errors import GalleryError

FAILED = "failed"
"""The gallery's folder for the errors of failed renders."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a piece.

    Args:
        name: the piece's folder in the gallery.
        status: whether it was rendered, skipped, or failed.
        seconds: render time of its frames; 0 when it was not rendered.
        note: why it failed or was skipped, on one line.
    """

    name: str
    status: Literal["rendered", "skipped", "failed"]
    seconds: float = 0.0
    note: str = ""


def set_aside(gallery: Path, outcome: Outcome, log: str = "") -> None:
    """Write the error of a failed piece to `failed/NAME.txt` in the gallery.

    Raises:
        GalleryError: when the file cannot be written.
    """
    record = gallery / FAILED / f"{outcome.name}.txt"
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(f"{outcome.note}\n\n{log}".strip() + "\n", encoding="utf-8")
    except OSError as error:
        raise GalleryError(
            f"{record}: cannot be written ({error.strerror}), while {outcome.name} failed: "
            f"{outcome.note}"
        ) from error
