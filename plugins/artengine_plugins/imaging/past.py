"""The frames before this one."""

from __future__ import annotations

import numpy as np

from artengine.api import Frame, State
from artengine_plugins.imaging.halves import Halves, from_halves, to_halves


class Past:
    """The last frames, in half precision.

    Before there is a past, the first frame stands in for it.
    """

    def __init__(self) -> None:
        self._frames: Halves = np.zeros((0, 0, 0, 3), np.float16)
        self.count = 0
        """Frames that were added so far."""

    def add(self, frame: Frame, back: int) -> Halves:
        """Remember a frame.

        Args:
            frame: float32 `(H, W, 3)`. One of another size than the last begins anew.
            back: how many frames before it are kept.

        Returns:
            The frames in an order that `slot` tells, float16 `(back + 1, H, W, 3)`; not to be
            written to.
        """
        frames = self._frames
        if frames.shape != (back + 1, *frame.shape):
            frames, self.count = np.zeros((back + 1, *frame.shape), np.float16), 0
            self._frames = frames
        to_halves(frame, frames[self.count % (back + 1)])
        self.count += 1
        return frames

    def slot(self, age: int) -> int:
        """Where the frame of an age is among those that `add` returned; the newest one's is 0."""
        newest = self.count - 1
        return (newest - min(age, newest)) % len(self._frames)

    def at(self, age: int) -> Frame:
        """The frame of an age, float32 and free to be changed."""
        return from_halves(self._frames[self.slot(age)])

    def clear(self) -> None:
        """Forget all."""
        self._frames, self.count = np.zeros((0, 0, 0, 3), np.float16), 0

    def state(self) -> State:
        """The frames, float16 `(n, H, W, 3)`, and how many there have been."""
        if self.count == 0:
            return {}
        return {"past": self._frames.copy(), "count": np.array(self.count)}

    def restore(self, state: State) -> None:
        """Remember what `state` returned."""
        self.clear()
        if "past" in state:
            self._frames, self.count = np.array(state["past"], np.float16), int(state["count"])
