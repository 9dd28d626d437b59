"""Conversion of a turn of the loop to a picture of the film."""

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
    """The inputs of one picture of the film.

    Args:
        clock: the film's time.
        frame: the input of the output chain.
        truth: the source frame, if an output effect reads it.
        context_frames: the frames that the network saw, if there are output effects.
        values: the film's named signals.
    """

    clock: Clock
    frame: Frame
    truth: Frame | None
    context_frames: tuple[Frame, ...]
    values: Mapping[str, float]


class Output:
    """The output chain with its pending changes.

    Pictures may be made later than their turns, and on another thread: a change is applied with the
    picture of its frame.

    Args:
        chain: effects that only change the film, and not the dream.
        show: which frame of a turn the film shows.
    """

    def __init__(self, chain: Chain, show: Literal["prediction", "feedback"]) -> None:
        self.chain = chain
        self._show = show
        self._changes: deque[Change] = deque()

    def add(self, change: Change) -> None:
        """Queue a change, to be applied before the picture of its frame."""
        self._changes.append(change)

    def frame_of(self, turn: Turn) -> OutputFrame:
        """Return the inputs of the picture of a turn."""
        return OutputFrame(
            clock=turn.clock,
            frame=turn.prediction if self._show == "prediction" else turn.fed,
            truth=turn.truth if self.chain.uses_truth else None,
            context_frames=turn.context_frames if len(self.chain) else (),
            values=turn.values,
        )

    def picture(self, given: OutputFrame, make: Callable[[Change], None]) -> Picture:
        """Return the output chain's result, clipped, in 8 bits.

        Args:
            given: the inputs.
            make: applies a queued change.
        """
        while self._changes and self._changes[0].frame <= given.clock.index:
            make(self._changes.popleft())
        frame = self.chain.apply(
            given.frame, given.clock, given.truth, given.context_frames, given.values
        )
        return to_picture(frame)
