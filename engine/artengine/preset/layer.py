"""Where a value of a preset was written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layer:
    """One of the things that presets are laid over each other from: a file, or `--set`.

    Args:
        label: what messages call it.
        folder: what relative paths in it are relative to.
        named: whether a person wrote it on a command line; then its paths may point anywhere.
    """

    label: str
    folder: Path
    named: bool = False
