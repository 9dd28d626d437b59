"""The files that the masks and fields of a preset's effects read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from artengine.binding import Binding
from artengine.masks import Mask
from artengine.masks.mask import pictures_in
from artengine.masks.paths import with_files
from artengine.masks.tables import MASK
from artengine.params import CurveError, Plugin
from artengine.source import is_picture


def with_mask_files(
    kind: type[Plugin],
    table: Mapping[str, Any],
    names: Collection[str],
    absolute: Callable[[str, int, str], str],
) -> dict[str, str]:
    """Return the masks and fields of an effect's table that name files, with absolute paths.

    A text with a mistake is left out, so that column numbers in messages refer to the original.

    Args:
        kind: the effect.
        table: its table in the preset.
        names: the named signals that masks may read.
        absolute: returns the absolute path of a file, given the key, the index of the file in its
            text, and the original path.

    Raises:
        CurveError: when a file's absolute path cannot be written into a mask.
    """
    found = {}
    keys = {MASK, *kind.takes_field()} if kind.controls else ()
    for name, given in table.items():
        if not isinstance(given, str) or name not in keys:
            continue
        if name != MASK and not pictures_in(given, names):
            continue
        try:
            mask = Mask.of(given)
        except CurveError:
            continue
        if mask.files and not mask.faults(names):
            paths = {path: absolute(name, at, path) for at, path in enumerate(mask.files)}
            found[name] = with_files(given, paths)
    return found


def films_of(binding: Binding) -> Iterator[tuple[str, str]]:
    """Yield the films that masks of an effect read, each with the key of the mask."""
    for name, mask in binding.masks.items():
        yield from ((name, path) for path in mask.files if not is_picture(path))
