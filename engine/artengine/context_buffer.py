"""History: the last n frames, which the network predicts from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Self

from artengine.frame import Frame, Picture, to_read_only_frame


class ContextBuffer:
    """The last n frames, oldest first, and the truth of the same moments.

    The truth is kept beside what was dreamt so that slots can be put back to it: as the pictures
    it was read as, which take a quarter of a frame's memory. It is None where nobody read it, and
    such slots cannot be put back.
    """

    def __init__(self, frames: Iterable[Frame], truth: Iterable[Picture | None]) -> None:
        """Take up where another history stopped, given what it gave out."""
        self._frames, self._truth = deque(frames), deque(truth)
        if not self._frames:
            raise ValueError("a history needs at least one frame")
        self._put_back = deque([False] * len(self._frames))

    @classmethod
    def of(cls, truth: Sequence[Picture]) -> Self:
        """Begin with the source's first n pictures, oldest first."""
        return cls(map(to_read_only_frame, truth), truth)

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def frames(self) -> tuple[Frame, ...]:
        """What the network sees next, oldest first."""
        return tuple(self._frames)

    @property
    def truth(self) -> tuple[Picture | None, ...]:
        """The source's pictures of the same moments, oldest first."""
        return tuple(self._truth)

    def push(self, fed: Frame, truth: Picture | None) -> None:
        """Drop the oldest frame and append what is fed back, with the truth of its moment."""
        for queue in (self._frames, self._truth, self._put_back):
            queue.popleft()
        self._frames.append(fed)
        self._truth.append(truth)
        self._put_back.append(False)

    def put_back(self, slots: Sequence[int]) -> None:
        """Restore those slots (0 is the oldest) to the truth of their moments.

        Raises:
            ValueError: when the truth of a slot was not read.
        """
        for slot in slots:
            if self._put_back[slot]:
                continue
            truth = self._truth[slot]
            if truth is None:
                raise ValueError("the truth of a moment that is to be put back was not read")
            self._frames[slot] = to_read_only_frame(truth)
            self._put_back[slot] = True
