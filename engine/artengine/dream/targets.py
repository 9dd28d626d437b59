"""Targets: the writers of a film and their paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from artengine.catalog import Catalog
from artengine.dream.inputs import input_at
from artengine.dream.takes import first_free
from artengine.errors import UsageError, did_you_mean
from artengine.names import name_problem, shortened
from artengine.preset import Preset
from artengine.writer import Writer


@dataclass(frozen=True, slots=True)
class Target:
    """A writer and its output path.

    Args:
        writer: the writer.
        path: the file's name, from which a writer of frames derives a folder's name.
        take: 1 for that name, 2 for `NAME-2` and so on; the next free one is used.
        overwrite: whether an existing film is replaced.
    """

    writer: Writer
    path: Path
    take: int = 1
    overwrite: bool = False


def targets(
    preset: Preset,
    catalog: Catalog,
    outputs: Sequence[Path],
    folder: Path,
    *,
    overwrite: bool = False,
    single: bool = False,
) -> list[Target]:
    """Choose the writers and the paths of a film.

    An existing film is kept, and the new one gets the name of the next take. Films that are made
    together get the same number.

    Args:
        outputs: files or folders that the user named, each written by the writer of its suffix, in
            place of the preset's writers; with the preset's parameters if it has that writer.
        folder: the folder that the preset's own paths are relative to.
        overwrite: replace finished films; never a file that the preset reads.
        single: write a contact sheet if an output would be a folder of frames.

    Raises:
        UsageError: when no writer has the suffix of an output, when two outputs are the same file,
            when a name is invalid, or when an input or a folder of other files would be replaced.
    """
    for output in outputs:
        _check_name(output)
    if outputs:
        chosen = [
            Target(_writer(preset, catalog, output, single=single), output) for output in outputs
        ]
    else:
        chosen = [Target(writer, folder / _name(preset, writer)) for writer in preset.writers]
    _check_names(chosen)
    if overwrite:
        return [_replacing(target, preset) for target in chosen]
    take = first_free([(target.writer, target.path) for target in chosen])
    return [replace(target, take=take) for target in chosen]


def _writer(preset: Preset, catalog: Catalog, output: Path, *, single: bool) -> Writer:
    kind = catalog.writer_for(output.name)
    if single and kind is not None and kind().result(output) != output:
        kind = catalog.writer_for(f".sheet{output.suffix}") or kind
    if kind is None:
        known = sorted({s for writer in catalog.writers.values() for s in writer.suffixes})
        name = shortened(str(output))
        if not output.suffix:
            raise UsageError(f"{name}: end the name in one of {', '.join(known)}")
        raise UsageError(
            f'{name}: no writer for "{shortened(output.suffix)}"'
            f"{did_you_mean(output.suffix, known)}; known endings: {', '.join(known)}"
        )
    own = [writer for writer in preset.writers if type(writer) is kind]
    return own[0] if own else kind()


def _name(preset: Preset, writer: Writer) -> str:
    return writer.path or preset.name + (writer.suffixes[0] if writer.suffixes else "")


def _check_names(targets: Sequence[Target]) -> None:
    seen: dict[str, Path] = {}
    for target in targets:
        _check_name(target.path)
        # Many file systems are case-insensitive.
        result = str(target.writer.result(target.path).absolute()).casefold()
        if result in seen:
            raise UsageError(
                f"{seen[result]} and {target.path} would be the same file; choose two names"
            )
        seen[result] = target.path


def _check_name(path: Path) -> None:
    if not path.name:
        raise UsageError("an output has no name; write one with an ending, as film.mp4")
    problem = name_problem(path.name)
    if problem:
        raise UsageError(f"{shortened(path.name)}: {problem}; choose another name")


def _replacing(target: Target, preset: Preset) -> Target:
    result = target.writer.result(target.path)
    read = input_at(preset, result)
    if read is not None:
        raise UsageError(
            f"{result} is not overwritten, because the film is made from {read}; choose another "
            "name with --output"
        )
    refuse_obstacle(target)
    return replace(target, overwrite=True)


def refuse_obstacle(target: Target) -> None:
    """Refuse to replace anything other than a film of the target's writer. Raises UsageError."""
    result = target.writer.result(target.path)
    obstacle = target.writer.obstacle(result) if result.exists() else ""
    if obstacle:
        raise UsageError(f"{result} {obstacle} and is kept; choose another name")
