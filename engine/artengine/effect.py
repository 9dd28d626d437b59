"""Effects: frame in, frame out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import ClassVar
from zlib import crc32

import numpy as np
import numpy.typing as npt

from artengine.curves import Clock
from artengine.errors import PluginError
from artengine.frame import Frame, Size
from artengine.params import Param, Plugin

State = Mapping[str, npt.NDArray[np.generic]]
"""The state that an effect carries from frame to frame: arrays by name."""


def generator(seed: int, slot: str, index: int) -> np.random.Generator:
    """Return a random generator for one effect at one frame, independent of all others.

    Args:
        seed: the film's seed.
        slot: the name of the effect in its chain.
        index: frames since the film's first.
    """
    return np.random.Generator(np.random.SFC64([seed & 0xFFFFFFFF, crc32(slot.encode()), index]))


class FrameContext:
    """The inputs of an effect at one frame, other than the frame itself.

    Args:
        clock: the film's time.
        truth: the source frame at this time, `(H, W, 3)` in 0..1, read-only; None for an effect
            that does not use it.
        context_frames: the frames the network saw, oldest first, each `(H, W, 3)`, read-only.
        seed: the film's seed.
        slot: the name of the effect in its chain; each slot has its own random numbers.
    """

    def __init__(
        self,
        clock: Clock,
        truth: Frame | None,
        context_frames: Sequence[Frame] = (),
        seed: int = 0,
        slot: str = "",
    ) -> None:
        self.clock = clock
        self.context_frames = context_frames
        self.seed, self.slot = seed, slot
        self._truth = truth

    @property
    def truth(self) -> Frame:
        """The source frame. Raises PluginError where the effect's class has uses_truth = False."""
        if self._truth is None:
            raise PluginError("it reads now.truth; remove uses_truth = False from its class")
        return self._truth

    @property
    def index(self) -> int:
        """Frames since the film's first."""
        return self.clock.index

    @property
    def seconds(self) -> float:
        """Seconds since the film's first frame."""
        return self.clock.seconds

    @property
    def fps(self) -> float:
        """Frames per second of the film."""
        return self.clock.fps

    @property
    def progress(self) -> float:
        """Elapsed share of the film, 0..1; always 0 in an endless film."""
        return self.clock.progress

    @cached_property
    def rng(self) -> np.random.Generator:
        """A random generator specific to this film, this effect and this frame."""
        return generator(self.seed, self.slot, self.index)

    @cached_property
    def steady_rng(self) -> np.random.Generator:
        """A random generator specific to this film and this effect, the same at every frame.

        Use it for values that last for the whole film, such as the lattice of a drifting noise.
        """
        return generator(self.seed, f"{self.slot}, steady", 0)


class ChainControls(Plugin):
    """Settings that every effect in a chain has."""

    mix: float = Param(1.0, ge=0, le=1, automatable=True)
    """Share of the processed frame: 0 is the frame before the effect, 1 the frame after it, and
    values in between blend both. At 0 an effect with state is still applied, to keep its state."""

    on: bool = Param(default=True, automatable=True)
    """Whether the effect is applied at all. A curve turns it off where its value is below 0.5. An
    effect that is off takes no time, and its state does not change."""

    mask: str = ""
    """Where the effect is visible: an expression of pictures, such as
    `luma > 0.6 and x < progress`. 0 shows the frame before the effect, 1 the frame after it, and
    values in between blend both. Default: everywhere."""


class Effect(Plugin):
    """Base of effects. Numbers may be curves unless a parameter says `automatable=False`.

    An effect must not write to the frame it is given, must accept any height and width, and must
    return finite values for any finite frame, also for values outside 0..1.
    """

    kind: ClassVar[str] = "effect"
    automates: ClassVar[bool] = True
    controls: ClassVar[type[Plugin] | None] = ChainControls

    uses_truth: ClassVar[bool] = True
    """Whether `apply` reads `now.truth`. The source is read throughout a film only if an effect has
    True here or the preset uses truth frames."""

    @abstractmethod
    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Process a frame.

        Args:
            frame: float32 `(H, W, 3)`, nominally 0..1, read-only.
            now: the film's time, the source frame, the context and random numbers.

        Returns:
            float32 `(H, W, 3)` of `output_size`, in a buffer that the effect does not write later.
        """

    def output_size(self, size: Size) -> Size:
        """Return the width and height of the result of `apply` for a frame of `size`.

        An effect that changes the size is allowed in output chains only.
        """
        return size

    def reset(self) -> None:
        """Clear the state, as before a film's first frame."""

    def state(self) -> State:
        """Return the state needed to continue a film; empty for an effect without state."""
        return {}

    def restore(self, state: State) -> None:
        """Restore a state that `state` returned."""
