"""Targets: which writer writes a film, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from artengine.catalog import Catalog
from artengine.errors import UsageError, did_you_mean
from artengine.preset import Preset
from artengine.writer import Writer


@dataclass(frozen=True, slots=True)
class Target:
    """A writer and where it writes."""

    writer: Writer
    path: Path


def targets(preset: Preset, catalog: Catalog, output: Path | None, folder: Path) -> list[Target]:
    """Decide what is written where.

    Args:
        output: a file or folder the person named, written by the writer whose suffix fits, in
            place of the preset's writers; with the preset's parameters where it has that writer.
        folder: what the preset's own paths are relative to.

    Raises:
        UsageError: when no writer fits the suffix of `output`.
    """
    if output is not None:
        kind = catalog.writer_for(output.name)
        if kind is None:
            known = sorted({s for writer in catalog.writers.values() for s in writer.suffixes})
            if not output.suffix:
                raise UsageError(f"{output}: end the name in one of {', '.join(known)}")
            raise UsageError(
                f'{output}: no writer for "{output.suffix}"{did_you_mean(output.suffix, known)}; '
                f"known endings: {', '.join(known)}"
            )
        own = [writer for writer in preset.writers if type(writer) is kind]
        return [Target(own[0] if own else kind(), output)]
    return [Target(writer, folder / _name(preset, writer)) for writer in preset.writers]


def _name(preset: Preset, writer: Writer) -> str:
    return writer.path or preset.name + (writer.suffixes[0] if writer.suffixes else "")
