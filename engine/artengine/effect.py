"""Effects: frame in, frame out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar
from zlib import crc32

import numpy as np
import numpy.typing as npt

from artengine.curves import Clock
from artengine.errors import PluginError
from artengine.frame import Frame, Size
from artengine.params import Param, Plugin

State = Mapping[str, npt.NDArray[np.generic]]
"""What an effect must remember from frame to frame: arrays by name."""


def generator(seed: int, slot: str, index: int) -> np.random.Generator:
    """Random numbers of one place in the loop at one frame, the same whatever else runs."""
    return np.random.Generator(np.random.SFC64([seed & 0xFFFFFFFF, crc32(slot.encode()), index]))


class FrameContext:
    """What an effect may know of now.

    Args:
        clock: the film's time.
        truth: the source's frame now, `(H, W, 3)` in 0..1, read-only; None for an effect that
            looks at none.
        history: the frames the network saw, oldest first, each `(H, W, 3)`, read-only.
        seed: the film's seed.
        slot: names the effect's place in its chain; effects of other slots draw other numbers.
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
        """The source's frame now. Raises PluginError in an effect that says it looks at none."""
        if self._truth is None:
            raise PluginError("it looks at the truth; its class must not say uses_truth = False")
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
        """Frames a second of the film."""
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
    """How much of the effect is seen: none of it at 0, where an effect that remembers still sees
    every frame; a blend of the frame before it and after it between; the effect alone at 1."""

    on: bool = True
    """Whether the effect is applied at all. One that is off sees no frame, and costs no time."""


class Effect(Plugin):
    """Base of effects. Numbers may be curves unless a parameter says `automatable=False`.

    An effect must never write into the frame it is given, must take any height and width, and must
    bear values outside 0..1 without making them infinite.
    """

    kind: ClassVar[str] = "effect"
    automates: ClassVar[bool] = True
    controls: ClassVar[type[Plugin] | None] = ChainControls
    reserved: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"mask": "masks are not supported yet, and the word is kept for them; leave it out"}
    )

    uses_truth: ClassVar[bool] = True
    """Whether `apply` may look at the moment's truth. One that says False is shown none, and a
    film all of whose effects say so, and that puts no truth back, need not read its source."""

    @abstractmethod
    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Return the processed frame: float32, of `output_size`; no later call may write to it.

        Args:
            frame: float32 `(H, W, 3)`, nominally 0..1, read-only.
            moment: what is known of now.
        """

    def output_size(self, size: Size) -> Size:
        """Width and height of what `apply` returns for a frame of `size`.

        An effect that changes it works in output chains only: what is fed back keeps its size.
        """
        return size

    def reset(self) -> None:
        """Forget what was remembered, as before a film's first frame."""

    def state(self) -> State:
        """Give out what must be remembered to go on later; empty when there is nothing."""
        return {}

    def restore(self, state: State) -> None:
        """Take back what `state` gave out."""
