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
"""What an effect carries from frame to frame: arrays by name."""


def generator(seed: int, slot: str, index: int) -> np.random.Generator:
    """A random generator for one effect at one frame, independent of all others.

    Args:
        seed: the film's seed.
        slot: names the effect in its chain.
        index: frames since the film's first.
    """
    return np.random.Generator(np.random.SFC64([seed & 0xFFFFFFFF, crc32(slot.encode()), index]))


class FrameContext:
    """What an effect may know of now.

    Args:
        clock: the film's time.
        truth: the source frame at this time, `(H, W, 3)` in 0..1, read-only; None for an effect
            that does not use it.
        context_frames: the frames the network saw, oldest first, each `(H, W, 3)`, read-only.
        seed: the film's seed.
        slot: names the effect in its chain; each slot has random numbers of its own.
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
        """Share of the film that has passed, 0..1; 0 throughout an endless one."""
        return self.clock.progress

    @cached_property
    def rng(self) -> np.random.Generator:
        """Random numbers that belong to this film, this effect and this frame alone."""
        return generator(self.seed, self.slot, self.index)

    @cached_property
    def steady_rng(self) -> np.random.Generator:
        """Random numbers that belong to this film and this effect, the same at every frame.

        What lasts through a film, such as the lattice of a noise that drifts, is drawn from these.
        """
        return generator(self.seed, f"{self.slot}, steady", 0)


class ChainControls(Plugin):
    """What a chain does with one of its effects, whichever effect it is."""

    mix: float = Param(1.0, ge=0, le=1, automatable=True)
    """Share of the processed frame: the frame before the effect at 0, a blend of both between, the
    frame after the effect at 1. At 0 an effect with state is still applied, to keep the state."""

    on: bool = Param(default=True, automatable=True)
    """Whether the effect is applied at all. A curve turns it off where it is below a half. An
    effect that is off takes no time, and its state does not change."""

    mask: str = ""
    """Where the effect is seen: an expression of pictures, as `luma > 0.6 and x < progress`. The
    frame before the effect stays where it is 0, the frame after it comes where it is 1, and both
    blend between. Everywhere when left out."""


class Effect(Plugin):
    """Base of effects. Numbers may be curves unless a parameter says `automatable=False`.

    An effect must not write to the frame it is given, must accept any height and width, and must
    return finite values for any finite frame, also for values outside 0..1.
    """

    kind: ClassVar[str] = "effect"
    automates: ClassVar[bool] = True
    controls: ClassVar[type[Plugin] | None] = ChainControls

    uses_truth: ClassVar[bool] = True
    """Whether `apply` reads `now.truth`. The source is not read throughout a film whose effects all
    have False here and whose preset uses no truth frames."""

    @abstractmethod
    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Process a frame.

        Args:
            frame: float32 `(H, W, 3)`, nominally 0..1, read-only.
            now: the film's time, the source frame, the context and random numbers.

        Returns:
            float32 `(H, W, 3)` of `output_size`, in memory that the effect does not write to later.
        """

    def output_size(self, size: Size) -> Size:
        """Width and height of what `apply` returns for a frame of `size`.

        An effect that changes the size can be used in output chains only.
        """
        return size

    def reset(self) -> None:
        """Clear the state, as before a film's first frame."""

    def state(self) -> State:
        """Return the state with which a film can be continued; empty for an effect without any."""
        return {}

    def restore(self, state: State) -> None:
        """Set the state to what `state` returned."""
