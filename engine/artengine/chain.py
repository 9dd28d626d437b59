"""Chains: effects in the order a preset gives them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NoReturn, TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.binding import Binding
from artengine.curves import Clock, CurveError, Scope
from artengine.curves.signal import NO_VALUES
from artengine.effect import ChainControls, Effect, FrameContext
from artengine.entry_names import entry_names
from artengine.errors import PluginError, reason
from artengine.frame import Frame, Size, is_finite, size_of
from artengine.params import Problem, TableError

ChainName: TypeAlias = Literal["feedback", "output", "state"]
"""The table of a preset that a chain is made from."""

PROBE: Size = (64, 64)
"""A frame's size with which effects are asked whether they change it."""

CURVES = "/curves"
"""What the slot of an effect's curves ends in."""

ChainState: TypeAlias = dict[str, dict[str, npt.NDArray[np.generic]]]
"""The state of a chain's effects: arrays by name, by slot."""

_Member: TypeAlias = tuple[Binding, Effect, ChainControls]


class Chain:
    """Effects that a frame goes through one after the other.

    Each effect draws its random numbers by its slot, `chain/effect/occurrence`: adding an effect of
    another name leaves the random numbers of the others as they were.

    The chain applies each effect's controls. An effect that is not `on` is skipped. With `mix`
    below 1 its result is blended with the frame it was given, which is enlarged where the effect
    changes the size; with 0 it is applied only if it remembers, so that its memory has no gaps.

    Args:
        effects: the effects with their curves, in order. The chain owns them.
        name: which chain it is. Only an output chain may change a frame's size.
        seed: the film's seed.

    Raises:
        PluginError: from any method, when an effect raises or returns what it must not.
    """

    def __init__(self, effects: Sequence[Binding], name: ChainName, seed: int) -> None:
        self.name = name
        self.seed = seed
        self.binding = tuple(effects)
        met: Counter[str] = Counter()
        members: dict[str, _Member] = {}
        for binding in self.binding:
            effect, controls = binding.plugin, binding.controls
            if not isinstance(effect, Effect) or not isinstance(controls, ChainControls):
                raise PluginError(f'"{effect.name}" is a {effect.kind}; a chain takes effects')
            members[f"{name}/{effect.name}/{met[effect.name]}"] = binding, effect, controls
            met[effect.name] += 1
        self._members = members

    def __len__(self) -> int:
        return len(self.binding)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects themselves, in order; parameters without a curve may be changed."""
        return tuple(effect for _, effect, _ in self._members.values())

    @property
    def uses_truth(self) -> bool:
        """Whether any of the effects may look at the truth."""
        return any(effect.uses_truth for effect in self.effects)

    def set(self, number: int, name: str, value: Any) -> None:
        """Change a parameter, or `mix` or `on`, of the effect of that number.

        Raises:
            TableError: as `Binding.set` does, and where the frame's size would change.
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
            frame: float32 `(H, W, 3)`, free to leave 0..1; not written to.
            clock: the film's time.
            truth: the source frame, of the dream's size, in 0..1; may be None unless `uses_truth`.
            context_frames: the frames the network saw, oldest first.
            values: the film's named signals at this time, which curves read.

        Returns:
            float32 `(H, W, 3)` of `output_size`.
        """
        truth = None if truth is None else _read_only(truth)
        seen = tuple(_read_only(past) for past in context_frames)
        self.set_time(clock, values)
        for slot, (_, effect, controls) in self._members.items():
            if controls.on:
                seen_truth = truth if effect.uses_truth else None
                now = FrameContext(clock, seen_truth, seen, self.seed, slot)
                frame = self._applied(frame, now, effect, controls)
        return frame

    def set_time(self, clock: Clock, values: Mapping[str, float] = NO_VALUES) -> None:
        """Give every effect's parameters that have curves their value, also while it is off.

        Args:
            clock: the film's time.
            values: the film's named signals at this time.
        """
        scope = Scope(clock.fps, clock.frames, self.seed, clock.tempo, frozenset(values))
        for slot, (binding, _, _) in self._members.items():
            if not binding.curves:
                continue
            try:
                binding.set_time(clock, scope.inside(slot), values)
            except CurveError as error:
                raise PluginError(
                    f"{self._label(slot)} failed at frame {clock.index}: {error}"
                ) from error

    def _applied(
        self,
        frame: Frame,
        now: FrameContext,
        effect: Effect,
        controls: ChainControls,
    ) -> Frame:
        """The frame after one effect, mixed as the controls say."""
        size = self._size_after(now.slot, effect, size_of(frame))
        try:
            if controls.mix == 0 and type(effect).state is Effect.state:
                return _resized(frame, size)
            output: object = effect.apply(_read_only(frame), now)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            said = reason(error, type(effect).__module__)
            raise PluginError(
                f"{self._label(now.slot)} failed at frame {now.index}: {said}"
            ) from error
        processed = self._checked(now.slot, output, size, now.index)
        if not is_finite(processed):
            self._refuse_infinite(frame, now)
        if controls.mix == 1:
            return processed
        return _mixed(_resized(frame, size), processed, controls.mix)

    def _refuse_infinite(self, given: Frame, now: FrameContext) -> NoReturn:
        label, index = self._label(now.slot), now.index
        if is_finite(given):
            raise PluginError(
                f"{label} returned nan or inf at frame {index}; it must keep numbers finite"
            )
        raise PluginError(
            f"{label} was given nan or inf at frame {index}: the error is in what "
            "comes before it, the network or its weights"
        )

    def _checked(self, slot: str, output: object, expected: Size, index: int) -> Frame:
        shape = (expected[1], expected[0], 3)
        if isinstance(output, np.ndarray) and output.dtype == np.float32 and output.shape == shape:
            # A mirrored frame is a view with negative strides, which OpenCV refuses.
            return np.ascontiguousarray(output)
        if isinstance(output, np.ndarray):
            given = f"{output.dtype} {output.shape}"
        else:
            given = type(output).__name__
        raise PluginError(
            f"{self._label(slot)} returned {given} at frame {index}; it must be float32 {shape}"
        )

    def output_size(self, size: Size) -> Size:
        """Width and height of what `apply` returns for a frame of `size`."""
        for slot, (_, effect, controls) in self._members.items():
            if controls.on:
                size = self._size_after(slot, effect, size)
        return size

    def _size_after(self, slot: str, effect: Effect, size: Size) -> Size:
        try:
            width, height = effect.output_size(size)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise PluginError(
                f"{self._label(slot)} cannot tell its size: "
                f"{reason(error, type(effect).__module__)}"
            ) from error
        if self.name != "output" and (width, height) != size:
            raise PluginError(
                f"{self._label(slot)} makes {width}x{height} of {size[0]}x{size[1]}; the network's "
                "frames and state keep their size: move it to [[output]]"
            )
        return width, height

    def reset(self) -> None:
        """Clear the state of every effect and curve, as before a film's first frame."""
        for binding, effect, _ in self._members.values():
            effect.reset()
            binding.reset()

    def state(self) -> ChainState:
        """Copy what the effects and their curves remember, by slot; those without any are left out.

        Curves have the slot of their effect, followed by `CURVES`.
        """
        states: ChainState = {}
        for slot, (binding, effect, _) in self._members.items():
            curves = binding.state()
            if curves:
                states[slot + CURVES] = {name: value.copy() for name, value in curves.items()}
            state = effect.state()
            for name, value in state.items():
                if not isinstance(value, np.ndarray):
                    raise PluginError(
                        f"{self._label(slot)} has the state {name} as {type(value).__name__}; "
                        "state must be numpy arrays"
                    )
            if state:
                states[slot] = {name: value.copy() for name, value in state.items()}
        return states

    def restore(self, states: Mapping[str, Mapping[str, npt.NDArray[np.generic]]]) -> None:
        """Set the effects' state to a copy that `state` returned."""
        for slot in states:
            if slot.removesuffix(CURVES) not in self._members:
                raise PluginError(f"there is no effect {slot} to give its state back to")
        for slot, (binding, effect, _) in self._members.items():
            binding.restore(states.get(slot + CURVES, {}))
            effect.reset()
            if slot in states:
                effect.restore({name: value.copy() for name, value in states[slot].items()})

    def _label(self, slot: str) -> str:
        """The effect's address, as `feedback.noise-2`."""
        names = entry_names([effect.name for effect in self.effects])
        return f"{self.name}.{names[list(self._members).index(slot)]}"


def changed(binding: Binding, name: str, value: Any) -> Binding:
    """An effect of which one parameter, or `mix` or `on`, has another value.

    Raises:
        TableError: as `Binding.changed` does, and where the frame's size would change.
    """
    other = binding.changed(name, value)
    if len(_sizes_made(other) | _sizes_made(binding)) > 1:
        said = "changes the frame's size, which stays as it is once a film has begun"
        raise TableError([Problem((name,), said)])
    return other


def _read_only(frame: Frame) -> Frame:
    view = frame.view()
    view.flags.writeable = False
    return view


def _sizes_made(binding: Binding) -> set[Size]:
    """The sizes that a small frame has after an effect; two where a curve turns it on and off."""
    effect, controls = binding.plugin, binding.controls
    if not isinstance(effect, Effect) or not isinstance(controls, ChainControls):
        return {PROBE}
    made = effect.output_size(PROBE)
    return {PROBE, made} if "on" in binding.curves else {made if controls.on else PROBE}


def _resized(frame: Frame, size: Size) -> Frame:
    if size_of(frame) == size:
        return frame
    import cv2

    return cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)


def _mixed(before: Frame, after: Frame, mix: float) -> Frame:
    if mix == 0:
        return before
    import cv2

    mixed = cv2.addWeighted(before, 1.0 - mix, after, mix, 0.0)
    return mixed.astype(np.float32, copy=False)
