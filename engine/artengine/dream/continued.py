"""A dream that goes on from where another preset's dream was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from artengine.binding import Binding
from artengine.chain import CURVES, SEEN
from artengine.dream.parts import network_key
from artengine.dream.snapshot import Remembered, Snapshot
from artengine.dream.start import warmup_of
from artengine.preset import Preset
from artengine.resolve import Resolved


def continued(snapshot: Snapshot, before: Resolved, after: Resolved) -> Snapshot | None:
    """A snapshot of one dream for another, which differs in what is done to the frames.

    The frames that the network sees stay, and so does what unchanged effects remember; the others
    begin anew. A preset that has not changed goes on bit for bit.

    Args:
        snapshot: of the dream of `before`, at one size.
        before: what was dreamt.
        after: what is to be dreamt.

    Returns:
        None where the dream of `after` begins in another way: with another network, source, seed,
        size or pace.
    """
    old, new = before.preset, after.preset
    if network_key(before) != network_key(after) or _beginning(old) != _beginning(new):
        return None
    kept = {
        word: _kept(word, getattr(old, word), getattr(new, word))
        for word in ("feedback", "state", "output")
    }

    def of(word: str, remembered: Remembered) -> Remembered:
        return {slot: arrays for slot, arrays in remembered.items() if slot in kept[word]}

    levels = tuple(
        replace(
            level,
            feedback=of("feedback", level.feedback),
            state_chain=of("state", level.state_chain),
        )
        for level in snapshot.levels
    )
    same = (
        old.curves_by_address() == new.curves_by_address()
        and old.governors == new.governors
        and old.names == new.names
    )
    return replace(
        snapshot,
        identity=after.identity,
        levels=levels,
        output=of("output", snapshot.output),
        curves=snapshot.curves if same else {},
    )


def _beginning(preset: Preset) -> tuple[object, ...]:
    """What the frames of a dream depend on beside its network, curves and effects."""
    dream = preset.dream
    settings = (dream.size, dream.refine, dream.fps, dream.frames, dream.start)
    order = (dream.context_order, preset.model.context, warmup_of(preset))
    return (preset.source, preset.seed, settings, order, preset.time, preset.audio)


def _kept(word: str, before: Sequence[Binding], after: Sequence[Binding]) -> set[str]:
    """The slots of a chain whose memories still fit."""
    old, kept = _by_slot(word, before), set()
    for slot, binding in _by_slot(word, after).items():
        if slot not in old:
            continue
        if _fixed(binding) == _fixed(old[slot]):
            kept.add(slot)
        if binding == old[slot]:
            kept |= {slot + CURVES, slot + SEEN}
    return kept


def _by_slot(word: str, bindings: Sequence[Binding]) -> dict[str, Binding]:
    met: Counter[str] = Counter()
    found = {}
    for binding in bindings:
        name = binding.plugin.name
        found[f"{word}/{name}/{met[name]}"] = binding
        met[name] += 1
    return found


def _fixed(binding: Binding) -> tuple[object, ...]:
    """What an effect is beside the numbers that may change while it plays."""
    plugin = binding.plugin
    return type(plugin), plugin.model_dump(exclude=set(plugin.automatable()))
