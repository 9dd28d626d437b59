"""Takes: numbered names of films next to existing ones, `night-2.mp4`, `night-3.mp4`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from artengine.names import LONGEST_NAME, cut_name
from artengine.sidecar import sidecar
from artengine.writer import Writer


def takes(writer: Writer, path: Path, first: int = 1) -> Iterator[Path]:
    """Yield the path itself, then the names of its second take, its third and so on, endlessly.

    Args:
        writer: the writer; its longest matching suffix stays at the end.
        path: the name of the first take.
        first: the number of the first take to yield.
    """
    fitting = [suffix for suffix in writer.suffixes if path.name.lower().endswith(suffix)]
    length = max(map(len, fitting), default=len(path.suffix))
    end = len(path.name) - length
    stem, suffix = path.name[:end], path.name[end:]
    for number in count(first):
        if number == 1:
            yield path
            continue
        ending = f"-{number}{suffix}"
        yield path.with_name(cut_name(stem, LONGEST_NAME - len(ending.encode())) + ending)


def first_free(films: Sequence[tuple[Writer, Path]]) -> int:
    """Return the smallest number of a take that is free for all films, which are made together."""
    numbered = zip(*(takes(writer, path) for writer, path in films), strict=True)
    return next(
        number
        for number, paths in enumerate(numbered, start=1)
        if not any(is_taken(writer, path) for (writer, _), path in zip(films, paths, strict=True))
    )


def is_taken(writer: Writer, path: Path) -> bool:
    """Return whether the path of a film or its sidecar exists, even as a broken link."""
    result = writer.result(path)
    return os.path.lexists(result) or os.path.lexists(sidecar(result))
