"""Limits on a preset's resources, checked before the first frame.

Presets are untrusted: a few lines must not be able to fill the machine's memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from artengine.binding import Binding
from artengine.effect import Effect
from artengine.frame import Size
from artengine.params import Problem
from artengine.preset.address import LISTS, Address
from artengine.preset.toml_text import TOO_MANY_DIGITS, long_numbers
from artengine.settings import DreamSettings, TrainSettings
from artengine.writer import Writer

MOST_PIXELS = 8192 * 8192
"""Maximum number of pixels of a frame; as float32 it takes 0.8 GB."""

MOST_MEMORY = 2 << 30
"""Maximum bytes that one writer may keep in memory until its film ends."""

MOST_ENTRIES = 100
"""Maximum number of effects in a chain, of bends, and of writers."""

MOST_PARAMETERS = 100
"""Maximum number of keys of an effect's or a writer's table."""

MOST_KEYS = 10_000
"""Maximum number of keys of a table nested in a plugin's table, such as a curve."""


def check_tables(table: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield mistakes for chains, tables and numbers that are too long to be checked."""
    for word in LISTS:
        given = table.get(word)
        if isinstance(given, list) and len(given) > MOST_ENTRIES:
            each = {"bend": "bends", "writers": "writers"}.get(word, "effects")
            yield Problem((word,), f"{len(given):,} {each} given; allowed: {MOST_ENTRIES}")
            return
    yield from _too_long(table, ())
    yield from (Problem(address, TOO_MANY_DIGITS) for address in long_numbers(table))


def _too_long(value: Any, address: Address) -> Iterator[Problem]:
    entries: Sequence[tuple[str | int, Any]] = ()
    if isinstance(value, Mapping):
        entries = list(value.items())
    elif isinstance(value, list) and len(address) == 1:
        entries = list(enumerate(value))
    most = MOST_PARAMETERS if len(address) == 2 and isinstance(address[1], int) else MOST_KEYS
    if len(entries) > most:
        yield Problem(address, f"{len(entries):,} keys given; allowed: {most:,}")
        return
    for name, inside in entries:
        yield from _too_long(inside, (*address, name))


def check_budget(
    train: TrainSettings,
    dream: DreamSettings,
    output: Sequence[Binding],
    writers: Sequence[Writer],
) -> Iterator[Problem]:
    """Yield mistakes for frames that are too large, and writers that need too much memory."""
    for word, given in (("train", train.size), ("dream", dream.size)):
        if isinstance(given, tuple) and _pixels(given) > MOST_PIXELS:
            yield Problem((word, "size"), _too_large("", given))
            return
    # The size of the weights is only known once they are read.
    size = dream.size_of((256, 256) if train.size == "auto" else train.size)
    if _pixels(size) > MOST_PIXELS:
        yield Problem(("dream", "scale"), _too_large("makes frames of ", size))
        return
    for number, binding in enumerate(output):
        effect = binding.plugin
        if isinstance(effect, Effect):
            size = effect.output_size(size)
            if _pixels(size) > MOST_PIXELS:
                yield Problem(("output", number), _too_large("makes frames of ", size))
                return
    for number, writer in enumerate(writers):
        needed = writer.memory(size, dream.frames)
        if needed > MOST_MEMORY:
            yield Problem(
                ("writers", number),
                f"would keep {needed / (1 << 30):,.1f} GB in memory; allowed: "
                f"{MOST_MEMORY >> 30} GB; make its pictures smaller or fewer",
            )


def _pixels(size: Size) -> int:
    return size[0] * size[1]


def _too_large(what: str, size: Size) -> str:
    return (
        f"{what}{size[0]}x{size[1]} pixels{' given' * (not what)}; allowed: {MOST_PIXELS:,} pixels "
        "a frame, as 8192x8192 has"
    )
