"""History: the last n frames, which the network predicts from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from artengine.frame import Frame


class History:
    """The last n frames, oldest first, and the truth of the same moments.

    The truth is kept beside what was dreamt so that slots can be put back to it; it is None where
    nobody read it, and such slots cannot be.
    """

    def __init__(self, truth: Iterable[Frame]) -> None:
        """Begin with the source's first n frames, oldest first."""
        self._frames = deque(truth)
        if not self._frames:
            raise ValueError("a history needs at least one frame")
        self._truth: deque[Frame | None] = deque(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def frames(self) -> tuple[Frame, ...]:
        """What the network sees next, oldest first."""
        return tuple(self._frames)

    @property
    def truth(self) -> tuple[Frame | None, ...]:
        """The source's frames of the same moments, oldest first."""
        return tuple(self._truth)

    def push(self, fed: Frame, truth: Frame | None) -> None:
        """Drop the oldest frame and append what is fed back, with the truth of its moment."""
        self._frames.popleft()
        self._frames.append(fed)
        self._truth.popleft()
        self._truth.append(truth)

    def put_back(self, slots: Sequence[int]) -> None:
        """Restore those slots (0 is the oldest) to the truth of their moments.

        Raises:
            ValueError: when the truth of a slot was not read.
        """
        for slot in slots:
            truth = self._truth[slot]
            if truth is None:
                raise ValueError("the truth of a moment that is to be put back was not read")
            self._frames[slot] = truth

    def restore(self, frames: Iterable[Frame], truth: Iterable[Frame | None]) -> None:
        """Take up where another history stopped."""
        self._frames, self._truth = deque(frames), deque(truth)
