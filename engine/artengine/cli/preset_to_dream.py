"""Loading of the preset for `artengine dream`, with the overrides of its options."""

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
    """Load the preset to dream.

    Args:
        where: the preset's name or file.
        catalog: the plugins that it may name.
        given: the overrides of its values.
        seconds: the value of `--seconds`.
        other_clip: whether an option names another clip.
        footage: opens its source; called only if its frame rate or size is needed. By default the
            source is opened at most once.
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
        loaded = loaded.with_values({"dream.frames": length}, "--seconds")
    if other_clip:
        tell_shape(loaded.source, footage(loaded).size, "--size gives the film another shape")
    return loaded


def opened_once() -> Callable[[Preset], Footage]:
    """Return a function that opens the source of one preset like `footage_of`, and caches it."""
    found: list[Footage] = []

    def opened(preset: Preset) -> Footage:
        if not found:
            found.append(footage_of(preset))
        return found[0]

    return opened


def footage_of(preset: Preset) -> Footage:
    """Open the preset's source as the dream will open it."""
    from artengine.weights import find_weights

    size = preset.dream.size_of(find_weights(preset).train_size)
    return preset.source.open(size, preset.dream.fps)
