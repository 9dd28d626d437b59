"""From a turn of the loop to a picture of the film."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from artengine.chain import Chain
from artengine.curves import Clock
from artengine.dream.changes import Change
from artengine.dream.loop import Turn
from artengine.frame import Frame, Picture, to_picture


@dataclass(frozen=True, slots=True)
class OutputFrame:
    """What one of the film's pictures is made from.

    Args:
        clock: the film's time.
        frame: what the output chain is given.
        truth: the source frame, where an output effect looks at it.
        context_frames: what the network saw, where there are output effects.
        values: the film's named signals.
    """

    clock: Clock
    frame: Frame
    truth: Frame | None
    context_frames: tuple[Frame, ...]
    values: Mapping[str, float]


class Output:
    """The output chain with the changes that it still has to make.

    Pictures may be made later than their turns, and on another thread: a change waits until the
    picture of its frame.

    Args:
        chain: effects on what is written only.
        show: which frame of a turn the film shows.
    """

    def __init__(self, chain: Chain, show: Literal["prediction", "feedback"]) -> None:
        self.chain = chain
        self._show = show
        self._changes: deque[Change] = deque()

    def add(self, change: Change) -> None:
        """Have a change made before the picture of its frame."""
        self._changes.append(change)

    def frame_of(self, turn: Turn) -> OutputFrame:
        """What the picture of a turn is made from."""
        return OutputFrame(
            clock=turn.clock,
            frame=turn.prediction if self._show == "prediction" else turn.fed,
            truth=turn.truth if self.chain.uses_truth else None,
            context_frames=turn.context_frames if len(self.chain) else (),
            values=turn.values,
        )

    def picture(self, given: OutputFrame, make: Callable[[Change], None]) -> Picture:
        """The output chain's result, clipped, in 8 bits.

        Args:
            given: what it is made from.
            make: makes a change that was added.
        """
        while self._changes and self._changes[0].frame <= given.clock.index:
            make(self._changes.popleft())
        frame = self.chain.apply(
            given.frame, given.clock, given.truth, given.context_frames, given.values
        )
        return to_picture(frame)
