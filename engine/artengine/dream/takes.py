"""Takes: the names of films beside those that are there already, `night-2.mp4`, `night-3.mp4`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from artengine.names import LONGEST_NAME, cut_name
from artengine.sidecar import sidecar
from artengine.writer import Writer


def takes(writer: Writer, path: Path, first: int = 1) -> Iterator[Path]:
    """Yield the path itself, then the names of its second take, its third and so on, for ever.

    Args:
        writer: what writes there; its longest fitting ending stays at the end.
        path: the name of the first take.
        first: the number of the take to begin with.
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
    """The smallest number of a take of which no film is there yet, for films made together."""
    numbered = zip(*(takes(writer, path) for writer, path in films), strict=True)
    return next(
        number
        for number, paths in enumerate(numbered, start=1)
        if not any(is_taken(writer, path) for (writer, _), path in zip(films, paths, strict=True))
    )


def is_taken(writer: Writer, path: Path) -> bool:
    """Whether anything is where a film or its sidecar would go, be it a link that leads nowhere."""
    result = writer.result(path)
    return os.path.lexists(result) or os.path.lexists(sidecar(result))
