"""Overrides by `--set` of writers that are not used."""

from __future__ import annotations

from collections.abc import Sequence

from artengine.dream.targets import Target
from artengine.errors import UsageError
from artengine.preset import Preset
from artengine.preset.address import Address, to_numbers
from artengine.writer import Writer


def refuse_unused(preset: Preset, targets: Sequence[Target], takes_place: str) -> None:
    """Refuse overrides by `--set` of writers that others replace.

    Args:
        preset: the loaded preset, with its overrides.
        targets: the files to write.
        takes_place: where their writers come from, such as "--output names".

    Raises:
        UsageError: when a setting has no effect.
    """
    used = [target.writer for target in targets]
    for override in preset.overrides:
        if override.address[0] != "writers" or _is_used(override.address, preset.writers, used):
            continue
        raise UsageError(
            f"{override.origin} {override.written}: has no effect on what {takes_place}; leave "
            "one of the two out"
        )


def _is_used(address: Address, writers: Sequence[Writer], used: Sequence[Writer]) -> bool:
    """Return whether an override changes a parameter of a writer that is used."""
    if len(address) != 3 or address[2] in ("use", "path", "remove"):
        return False
    try:
        _, number, _ = to_numbers(address, {"writers": [writer.name for writer in writers]})
    except ValueError:
        # Another override has removed it.
        return False
    return any(writers[int(number)] is each for each in used)
