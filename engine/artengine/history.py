"""History: the last n frames, which the network predicts from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from artengine.frame import Frame


class History:
    """The last n frames, oldest first, and the truth of the same moments.

    The truth is kept beside what was dreamt so that slots can be put back to it.
    """

    def __init__(self, truth: Iterable[Frame]) -> None:
        """Begin with the source's first n frames, oldest first."""
        self._truth = deque(truth)
        if not self._truth:
            raise ValueError("a history needs at least one frame")
        self._frames = deque(self._truth)

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def frames(self) -> tuple[Frame, ...]:
        """What the network sees next, oldest first."""
        return tuple(self._frames)

    @property
    def truth(self) -> tuple[Frame, ...]:
        """The source's frames of the same moments, oldest first."""
        return tuple(self._truth)

    def push(self, fed: Frame, truth: Frame) -> None:
        """Drop the oldest frame and append what is fed back, with the truth of its moment."""
        for queue, frame in ((self._frames, fed), (self._truth, truth)):
            queue.popleft()
            queue.append(frame)

    def put_back(self, slots: Sequence[int]) -> None:
        """Restore those slots (0 is the oldest) to the truth of their moments."""
        for slot in slots:
            self._frames[slot] = self._truth[slot]

    def restore(self, frames: Iterable[Frame], truth: Iterable[Frame]) -> None:
        """Take up where another history stopped."""
        self._frames, self._truth = deque(frames), deque(truth)
