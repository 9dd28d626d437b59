"""The `[[state]]` chain: effects on the state of a recurrent network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from artengine.binding import Binding
from artengine.chain import Chain, ChainState, changed
from artengine.curves import Clock
from artengine.curves.signal import NO_VALUES
from artengine.errors import PluginError
from artengine.frame import Frame, Size, size_of

Array = npt.NDArray[np.generic]


class StateChain:
    """A chain that processes a network's state with effects made for pictures.

    The channels of each part of the state `(1, h, w, C)` go through the chain three at a time, as
    frames `(h, w, 3)`; if C is not a multiple of three, the last frame repeats the last channel.
    Values are mapped from -1..1 to 0..1 for the effects, and back without clipping. All frames
    share the effects' parameters and random numbers, so that a tear goes through the whole state;
    each frame has its own effect state. Parts of other shapes and integer parts are not changed.

    Args:
        effects: the effects with their curves, in order. They are copied for each frame.
        seed: the film's seed.
    """

    def __init__(self, effects: Sequence[Binding], seed: int) -> None:
        self._seed = seed
        self.binding = tuple(binding.fresh() for binding in effects)
        self._chains: dict[str, Chain] = {}

    def __len__(self) -> int:
        return len(self.binding)

    @property
    def uses_truth(self) -> bool:
        """Whether any of the effects may read the source frame."""
        return Chain(self.binding, "state", self._seed).uses_truth

    def set(self, number: int, name: str, value: Any) -> None:
        """Change a parameter of the effect with that index; raises as `Chain.set` does."""
        other = changed(self.binding[number], name, value)
        for bindings in (self.binding, *(chain.binding for chain in self._chains.values())):
            bindings[number].adopt(name, other)

    def apply(
        self,
        state: Sequence[Array],
        clock: Clock,
        truth: Frame | None,
        context_frames: Sequence[Frame],
        values: Mapping[str, float] = NO_VALUES,
    ) -> list[Array]:
        """Apply the effects to a state.

        Args:
            state: the parts of the network's state.
            clock: the film's time.
            truth: the current source frame, passed to the effects at the size of each part; may be
                None unless `uses_truth`.
            context_frames: the frames the network saw, oldest first, resized likewise.
            values: the film's named signals at this time, which curves read.

        Raises:
            PluginError: when an effect fails, or there is no part `(1, h, w, C)`.
        """
        shown: dict[Size, tuple[Frame | None, list[Frame]]] = {}
        processed = []
        for number, part in enumerate(state):
            if not _is_spatial(part):
                processed.append(part)
                continue
            frames = to_frames(part)
            size = size_of(frames[0])
            if size not in shown:
                now = None if truth is None else _resized(truth, size)
                shown[size] = now, [_resized(frame, size) for frame in context_frames]
            now, seen = shown[size]
            for place, frame in enumerate(frames):
                chain = self._chain(f"{number}.{place}")
                frames[place] = chain.apply(frame, clock, now, seen, values)
            processed.append(from_frames(frames, part))
        if not any(map(_is_spatial, state)):
            raise PluginError(
                "[[state]] has nothing to process: no part of the network's state is (1, h, w, C)"
            )
        return processed

    def _chain(self, frame: str) -> Chain:
        if frame not in self._chains:
            fresh = [binding.fresh() for binding in self.binding]
            self._chains[frame] = Chain(fresh, "state", self._seed)
        return self._chains[frame]

    def reset(self) -> None:
        """Clear the state of every effect, as before a film's first frame."""
        for chain in self._chains.values():
            chain.reset()

    def state(self) -> ChainState:
        """Return a copy of the state of the effects, by frame and slot."""
        return {
            f"{frame}/{slot}": remembered
            for frame, chain in self._chains.items()
            for slot, remembered in chain.state().items()
        }

    def restore(self, states: Mapping[str, Mapping[str, Array]]) -> None:
        """Restore a state that `state` returned."""
        self.reset()
        found: dict[str, dict[str, Mapping[str, Array]]] = defaultdict(dict)
        for place, remembered in states.items():
            frame, _, slot = place.partition("/")
            found[frame][slot] = remembered
        for frame, remembered_by in found.items():
            self._chain(frame).restore(remembered_by)


def to_frames(part: Array) -> list[Frame]:
    """Convert a part of a state `(1, h, w, C)` to frames `(h, w, 3)`, mapping -1..1 to 0..1."""
    field = np.asarray(part[0], dtype=np.float32) * np.float32(0.5) + np.float32(0.5)
    channels = field.shape[-1]
    return [
        np.ascontiguousarray(field[..., np.minimum(np.arange(first, first + 3), channels - 1)])
        for first in range(0, channels, 3)
    ]


def from_frames(frames: Sequence[Frame], part: Array) -> Array:
    """Convert frames back to a part of a state with the shape and dtype of `part`."""
    field = np.concatenate(frames, axis=-1)[None, ..., : part.shape[-1]]
    return np.asarray(field * np.float32(2.0) - np.float32(1.0), dtype=part.dtype)


def _is_spatial(part: Array) -> bool:
    # Exclude booleans and integers rather than test for floats: bfloat16 is not a numpy float.
    return part.ndim == 4 and part.shape[0] == 1 and part.dtype.kind not in "biu"


def _resized(frame: Frame, size: Size) -> Frame:
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
