"""The preset that `artengine dream` is given, with what its options say of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from artengine.catalog import Catalog
    from artengine.preset import Override, Preset
    from artengine.source import Footage


def load_dream(
    where: str,
    catalog: Catalog,
    *,
    given: Sequence[Override],
    seconds: float | None,
    other_clip: bool,
    footage: Callable[[Preset], Footage] | None = None,
) -> Preset:
    """Read the preset that is to be dreamt.

    Args:
        where: its name or file.
        catalog: the plugins that it may name.
        given: what options put in place of its values.
        seconds: what `--seconds` was given.
        other_clip: whether one of the options names another clip.
        footage: opens its source, which is not done where the frame rate is known and is all that
            is asked; by default at most once.
    """
    from artengine.cli.clip import check_files, is_clip, refuse_clip, tell_shape
    from artengine.preset import load_preset
    from artengine.resolve import refuse_missing

    if is_clip(where, catalog):
        raise refuse_clip(where)
    loaded = load_preset(where, catalog, given)
    refuse_missing(loaded)
    check_files(loaded)
    footage = footage or opened_once()
    if seconds is not None:
        length = max(1, round(seconds * (loaded.dream.fps or footage(loaded).fps)))
        loaded = loaded.with_values({"dream.frames": length})
    if other_clip:
        tell_shape(loaded.source, footage(loaded).size, "--size gives the film another shape")
    return loaded


def opened_once() -> Callable[[Preset], Footage]:
    """What opens the source of one preset, as `footage_of` does, and keeps it."""
    found: list[Footage] = []

    def opened(preset: Preset) -> Footage:
        if not found:
            found.append(footage_of(preset))
        return found[0]

    return opened


def footage_of(preset: Preset) -> Footage:
    """The preset's source, opened as the dream will open it."""
    from artengine.weights import find_weights

    size = preset.dream.size_of(find_weights(preset).train_size)
    return preset.source.open(size, preset.dream.fps)
