"""Buffer of past frames."""

from __future__ import annotations

import numpy as np

from artengine.api import Frame, State
from artengine_plugins.imaging.halves import Halves, from_halves, to_halves


class Past:
    """A ring buffer of the last frames, in half precision.

    Until enough frames are stored, the first one stands in for older ones.
    """

    def __init__(self) -> None:
        self._frames: Halves = np.zeros((0, 0, 0, 3), np.float16)
        self.count = 0
        """Number of frames added so far."""

    def add(self, frame: Frame, back: int) -> Halves:
        """Store a frame.

        Args:
            frame: float32 `(H, W, 3)`. A frame of another size clears the buffer.
            back: how many frames before it to keep.

        Returns:
            The buffer, indexed with `slot`, float16 `(back + 1, H, W, 3)`; do not write to it.
        """
        frames = self._frames
        if frames.shape != (back + 1, *frame.shape):
            frames, self.count = np.zeros((back + 1, *frame.shape), np.float16), 0
            self._frames = frames
        to_halves(frame, frames[self.count % (back + 1)])
        self.count += 1
        return frames

    def slot(self, age: int) -> int:
        """Return the index in the buffer of the frame of an age; the newest frame's age is 0."""
        newest = self.count - 1
        return (newest - min(age, newest)) % len(self._frames)

    def at(self, age: int) -> Frame:
        """Return the frame of an age, as a float32 copy."""
        return from_halves(self._frames[self.slot(age)])

    def clear(self) -> None:
        """Discard all frames."""
        self._frames, self.count = np.zeros((0, 0, 0, 3), np.float16), 0

    def state(self) -> State:
        """Return the buffer, float16 `(n, H, W, 3)`, and the number of frames added."""
        if self.count == 0:
            return {}
        return {"past": self._frames.copy(), "count": np.array(self.count)}

    def restore(self, state: State) -> None:
        """Restore what `state` returned."""
        self.clear()
        if "past" in state:
            self._frames, self.count = np.array(state["past"], np.float16), int(state["count"])
