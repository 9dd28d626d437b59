"""Chains: effects in the order a preset gives them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.curves import Clock
from artengine.effect import Effect, FrameContext
from artengine.errors import PluginError, reason
from artengine.frame import Frame, Size, size_of
from artengine.params import Binding

Place: TypeAlias = Literal["feedback", "output", "state"]

ChainState: TypeAlias = dict[str, dict[str, npt.NDArray[np.generic]]]
"""What the effects of a chain remember: arrays by name, by slot."""


class Chain:
    """Effects that a frame goes through one after the other.

    Each has a slot of its own, `place/name/occurrence`, from which its random numbers come; adding
    an effect of another name leaves those of the others as they were.

    Args:
        effects: the effects with their curves, in order. The chain owns them.
        place: where it stands. Only an output chain may change a frame's size.
        seed: the film's seed.

    Raises:
        PluginError: from any method, when an effect raises or breaks a promise; names the effect.
    """

    def __init__(self, effects: Sequence[Binding], place: Place, seed: int) -> None:
        self.place = place
        self.seed = seed
        self.binding = tuple(effects)
        met: Counter[str] = Counter()
        members: dict[str, tuple[Binding, Effect]] = {}
        for binding in self.binding:
            effect = binding.plugin
            if not isinstance(effect, Effect):
                raise PluginError(f'"{effect.name}" is a {effect.kind}; a chain takes effects')
            members[f"{place}/{effect.name}/{met[effect.name]}"] = binding, effect
            met[effect.name] += 1
        self._members = members

    def __len__(self) -> int:
        return len(self.binding)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects themselves, in order; parameters without a curve may be changed."""
        return tuple(effect for _, effect in self._members.values())

    @property
    def uses_truth(self) -> bool:
        """Whether any of the effects may look at the truth."""
        return any(effect.uses_truth for effect in self.effects)

    def set(self, number: int, name: str, value: Any) -> None:
        """Change a parameter of the effect of that number; raises as `Binding.set` does."""
        self.binding[number].set(name, value)

    def apply(
        self, frame: Frame, clock: Clock, truth: Frame | None, context_frames: Sequence[Frame] = ()
    ) -> Frame:
        """Send a frame through the effects.

        Args:
            frame: float32 `(H, W, 3)`, free to leave 0..1; not written to.
            clock: the film's time.
            truth: the source's frame now, of the dream's size, in 0..1; may be None unless
                `uses_truth`.
            history: the frames the network saw, oldest first.

        Returns:
            float32 `(H, W, 3)` of `output_size`.
        """
        truth = None if truth is None else _read_only(truth)
        seen = tuple(_read_only(past) for past in context_frames)
        for slot, (binding, effect) in self._members.items():
            shown = truth if effect.uses_truth else None
            now = FrameContext(clock, shown, seen, self.seed, slot)
            expected = self._size_after(slot, effect, size_of(frame))
            try:
                binding.set_time(clock)
                bent = effect.apply(_read_only(frame), now)
            except Exception as error:
                said = reason(error, type(effect).__module__)
                raise PluginError(
                    f"{self._label(slot)} failed at frame {clock.index}: {said}"
                ) from error
            bent = self._checked(slot, bent, expected, clock.index)
            if not _is_finite(bent) and _is_finite(frame):
                raise PluginError(
                    f"{self._label(slot)} returned nan or inf at frame {clock.index}; it must keep "
                    "numbers finite"
                )
            frame = bent
        return frame

    def _checked(self, slot: str, bent: object, expected: Size, index: int) -> Frame:
        shape = (expected[1], expected[0], 3)
        if isinstance(bent, np.ndarray) and bent.dtype == np.float32 and bent.shape == shape:
            # A mirrored frame is a view with negative strides, which OpenCV refuses.
            return np.ascontiguousarray(bent)
        if isinstance(bent, np.ndarray):
            given = f"{bent.dtype} {bent.shape}"
        else:
            given = type(bent).__name__
        raise PluginError(
            f"{self._label(slot)} returned {given} at frame {index}; it must be float32 {shape}"
        )

    def output_size(self, size: Size) -> Size:
        """Width and height of what `apply` returns for a frame of `size`."""
        for slot, (_, effect) in self._members.items():
            size = self._size_after(slot, effect, size)
        return size

    def _size_after(self, slot: str, effect: Effect, size: Size) -> Size:
        try:
            width, height = effect.output_size(size)
        except Exception as error:
            raise PluginError(
                f"{self._label(slot)} cannot tell its size: "
                f"{reason(error, type(effect).__module__)}"
            ) from error
        if self.place != "output" and (width, height) != size:
            raise PluginError(
                f"{self._label(slot)} makes {width}x{height} of {size[0]}x{size[1]}; what the "
                "network sees or remembers keeps its size: put it in [[output]]"
            )
        return width, height

    def reset(self) -> None:
        """Make every effect forget, as before a film's first frame."""
        for effect in self.effects:
            effect.reset()

    def state(self) -> ChainState:
        """Copy what the effects remember; effects that remember nothing are left out."""
        states: ChainState = {}
        for slot, (_, effect) in self._members.items():
            state = effect.state()
            for name, value in state.items():
                if not isinstance(value, np.ndarray):
                    raise PluginError(
                        f"{self._label(slot)} remembers {name} as {type(value).__name__}; "
                        "state must be numpy arrays"
                    )
            if state:
                states[slot] = {name: value.copy() for name, value in state.items()}
        return states

    def restore(self, states: Mapping[str, Mapping[str, npt.NDArray[np.generic]]]) -> None:
        """Take back what `state` gave out."""
        for slot in states:
            if slot not in self._members:
                raise PluginError(f"there is no effect {slot} to give its state back to")
        for slot, (_, effect) in self._members.items():
            effect.reset()
            if slot in states:
                effect.restore({name: value.copy() for name, value in states[slot].items()})

    def _label(self, slot: str) -> str:
        place = list(self._members).index(slot)
        return f'{self.place}[{place}] "{slot.split("/")[1]}"'


def _read_only(frame: Frame) -> Frame:
    view = frame.view()
    view.flags.writeable = False
    return view


def _is_finite(frame: Frame) -> bool:
    return bool(np.isfinite(frame).all())
