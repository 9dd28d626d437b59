"""Chains: effects applied in the order of the preset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.binding import Binding
from artengine.curves import Clock, CurveError, Scope
from artengine.curves.signal import NO_VALUES
from artengine.effect import ChainControls, Effect, FrameContext
from artengine.entry_names import entry_names
from artengine.errors import PluginError
from artengine.frame import Frame, Size
from artengine.link import Link, read_only
from artengine.masks import Truth
from artengine.params import Problem, TableError

ChainName: TypeAlias = Literal["feedback", "output", "state"]
"""The table of a preset that defines a chain."""

PROBE: Size = (64, 64)
"""The frame size used to find out whether an effect changes the size."""

CURVES = "/curves"
"""Suffix of the slot that holds the state of an effect's curves."""

SEEN = "/seen"
"""Suffix of the slot that holds the pictures that an effect's masks saw last."""

ChainState: TypeAlias = dict[str, dict[str, npt.NDArray[np.generic]]]
"""The state of a chain's effects: arrays by name, by slot."""


class Chain:
    """A sequence of effects.

    The random numbers of an effect depend on its slot, `chain/effect/occurrence`: adding an effect
    of another name does not change the random numbers of the others.

    The chain applies each effect's controls. An effect that is not `on` is skipped. With `mix`
    below 1 the result is blended with the input frame, resized if the effect changes the size;
    with 0 the effect is applied only if it has state, so that its state has no gaps.

    Args:
        effects: the effects with their curves, in order. The chain owns them.
        name: which chain it is. Only an output chain may change a frame's size.
        seed: the film's seed.

    Raises:
        PluginError: from any method, when an effect raises or returns an invalid result.
    """

    def __init__(self, effects: Sequence[Binding], name: ChainName, seed: int) -> None:
        self.name = name
        self.seed = seed
        self.binding = tuple(effects)
        met: Counter[str] = Counter()
        links: dict[str, Link] = {}
        labels = entry_names([binding.plugin.name for binding in self.binding])
        for binding, label in zip(self.binding, labels, strict=True):
            effect, controls = binding.plugin, binding.controls
            if not isinstance(effect, Effect) or not isinstance(controls, ChainControls):
                raise PluginError(f'"{effect.name}" is a {effect.kind}; a chain takes effects')
            slot = f"{name}/{effect.name}/{met[effect.name]}"
            links[slot] = Link(
                binding, effect, controls, slot, f"{name}.{label}", resizes=name == "output"
            )
            met[effect.name] += 1
        self._links = links

    def __len__(self) -> int:
        return len(self.binding)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects, in order; parameters without a curve may be changed."""
        return tuple(link.effect for link in self._links.values())

    @property
    def uses_truth(self) -> bool:
        """Whether any effect or mask may read the source frame."""
        return any(
            link.effect.uses_truth or link.binding.filled.uses_truth
            for link in self._links.values()
        )

    def set(self, number: int, name: str, value: Any) -> None:
        """Change a parameter, or `mix` or `on`, of the effect with that index.

        Raises:
            TableError: as `Binding.set` does, and if the frame's size would change.
        """
        self.binding[number].adopt(name, changed(self.binding[number], name, value))

    def apply(
        self,
        frame: Frame,
        clock: Clock,
        truth: Frame | None,
        context_frames: Sequence[Frame] = (),
        values: Mapping[str, float] = NO_VALUES,
    ) -> Frame:
        """Apply the effects to a frame.

        Args:
            frame: float32 `(H, W, 3)`, may leave 0..1; not written to.
            clock: the film's time.
            truth: the source frame, of the dream's size, in 0..1; may be None unless `uses_truth`.
            context_frames: the frames the network saw, oldest first.
            values: the film's named signals at this time, which curves read.

        Returns:
            float32 `(H, W, 3)` of `output_size`.
        """
        truth = None if truth is None else read_only(truth)
        seen, for_masks = tuple(read_only(past) for past in context_frames), Truth(truth)
        self.set_time(clock, values)
        for slot, link in self._links.items():
            if link.controls.on:
                seen_truth = truth if link.effect.uses_truth else None
                now = FrameContext(clock, seen_truth, seen, self.seed, slot)
                frame = link.applied(frame, now, for_masks)
        return frame

    def set_time(self, clock: Clock, values: Mapping[str, float] = NO_VALUES) -> None:
        """Set the parameters that have curves to their values, also of effects that are off.

        Args:
            clock: the film's time.
            values: the film's named signals at this time.
        """
        scope = Scope(clock.fps, clock.frames, self.seed, clock.tempo, frozenset(values))
        for slot, link in self._links.items():
            try:
                link.binding.set_time(clock, scope.inside(slot), values)
            except CurveError as error:
                raise PluginError(f"{link.label} failed at frame {clock.index}: {error}") from error

    def output_size(self, size: Size) -> Size:
        """Return the width and height of the result of `apply` for a frame of `size`."""
        for _, after in self._sizes(size):
            size = after
        return size

    def resizing(self, size: Size) -> list[str]:
        """Return the names of the effects that change the size of a frame of `size`."""
        names = []
        for effect, after in self._sizes(size):
            if after != size:
                names.append(effect.name)
            size = after
        return names

    def _sizes(self, size: Size) -> Iterator[tuple[Effect, Size]]:
        """Yield each effect that is on, with a frame's size after it."""
        for link in self._links.values():
            if link.controls.on:
                size = link.size_after(size)
                yield link.effect, size

    def reset(self) -> None:
        """Clear the state of every effect and curve, as before a film's first frame."""
        for link in self._links.values():
            link.effect.reset()
            link.binding.reset()

    def state(self) -> ChainState:
        """Return a copy of the state of the effects, by slot; empty states are left out.

        The state of curves, and of numbers in masks, is under the effect's slot followed by
        `CURVES`; the pictures that masks saw last, under the slot followed by `SEEN`.
        """
        states: ChainState = {}
        for slot, link in self._links.items():
            curves = {name: value.copy() for name, value in link.binding.state().items()}
            found: ChainState = {slot + CURVES: {**curves}, slot + SEEN: link.binding.filled.seen()}
            found[slot] = link.state()
            states |= {name: state for name, state in found.items() if state}
        return states

    def restore(self, states: Mapping[str, Mapping[str, npt.NDArray[np.generic]]]) -> None:
        """Restore a state that `state` returned."""
        for slot in states:
            if slot.removesuffix(CURVES).removesuffix(SEEN) not in self._links:
                raise PluginError(f"there is no effect {slot} to give its state back to")
        for slot, link in self._links.items():
            link.binding.restore(states.get(slot + CURVES, {}), states.get(slot + SEEN, {}))
            link.effect.reset()
            if slot in states:
                link.effect.restore({name: value.copy() for name, value in states[slot].items()})


def changed(binding: Binding, name: str, value: Any) -> Binding:
    """Return a copy of an effect's binding with one parameter, or `mix` or `on`, changed.

    Raises:
        TableError: as `Binding.changed` does, and if the frame's size would change.
    """
    other = binding.changed(name, value)
    if len(_sizes_made(other) | _sizes_made(binding)) > 1:
        message = "changes the frame's size, which stays as it is once a film has begun"
        raise TableError([Problem((name,), message)])
    return other


def _sizes_made(binding: Binding) -> set[Size]:
    """The sizes of a probe frame after an effect; two if a curve switches the effect."""
    effect, controls = binding.plugin, binding.controls
    if not isinstance(effect, Effect) or not isinstance(controls, ChainControls):
        return {PROBE}
    made = effect.output_size(PROBE)
    return {PROBE, made} if "on" in binding.curves else {made if controls.on else PROBE}
