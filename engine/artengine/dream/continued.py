"""Continue a dream with a changed preset."""

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
    """Adapt a snapshot to a preset with other effects or curves.

    The context and the state of unchanged effects are kept; other effects start without state. An
    unchanged preset continues bit for bit.

    Args:
        snapshot: a snapshot of the dream of `before`, at one size.
        before: the old preset, resolved.
        after: the new preset, resolved.

    Returns:
        The snapshot; None if the dream of `after` starts differently: with another network, source,
        seed, size or frame rate.
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
    """Everything that a dream's frames depend on, other than its network, curves and effects."""
    dream = preset.dream
    settings = (dream.size, dream.refine, dream.fps, dream.frames, dream.start)
    order = (dream.context_order, preset.model.context, warmup_of(preset))
    return (preset.source, preset.seed, settings, order, preset.time, preset.audio)


def _kept(word: str, before: Sequence[Binding], after: Sequence[Binding]) -> set[str]:
    """The slots of a chain whose state is still valid."""
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
    """An effect's class and its parameters that cannot change during a dream."""
    plugin = binding.plugin
    return type(plugin), plugin.model_dump(exclude=set(plugin.automatable()))
