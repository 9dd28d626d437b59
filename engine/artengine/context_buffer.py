"""The context: the last n frames, from which the network predicts the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from artengine.frame import Frame, Picture, to_read_only_frame


@dataclass(frozen=True, slots=True)
class ContextBuffer:
    """The last n frames and the source pictures of the same times, all oldest first.

    It is immutable: `push` and `with_truth` return a new one. Source pictures are stored in 8 bits,
    a quarter of a frame's memory.

    Args:
        frames: the input of the network's next step, float32 `(H, W, 3)` each.
        truth: the source pictures, uint8 `(H, W, 3)`, or None if the source was not read.
        is_truth: whether a frame has been replaced by its source picture.
    """

    frames: tuple[Frame, ...]
    truth: tuple[Picture | None, ...]
    is_truth: tuple[bool, ...]

    @classmethod
    def of(cls, pictures: Iterable[Picture]) -> Self:
        """Return the initial context from the source's first n pictures, oldest first.

        Raises:
            ValueError: when there are none.
        """
        truth = tuple(pictures)
        if not truth:
            raise ValueError("a context needs at least one frame")
        return cls(tuple(map(to_read_only_frame, truth)), truth, (False,) * len(truth))

    def __len__(self) -> int:
        return len(self.frames)

    def push(self, fed: Frame, truth: Picture | None) -> Self:
        """Drop the oldest frame and append the fed-back frame, with its source picture."""
        return type(self)(
            (*self.frames[1:], fed), (*self.truth[1:], truth), (*self.is_truth[1:], False)
        )

    def with_truth(self, slots: Sequence[int]) -> Self:
        """Replace the frames at those positions (0 is the oldest) by their source pictures.

        A frame that was already replaced stays the same object, so that a runtime which holds a
        copy of it need not copy it again.

        Raises:
            ValueError: when the source picture of a slot was not read.
        """
        frames, is_truth = list(self.frames), list(self.is_truth)
        for slot in slots:
            if is_truth[slot]:
                continue
            picture = self.truth[slot]
            if picture is None:
                raise ValueError("the source picture of a truth frame was not read")
            frames[slot], is_truth[slot] = to_read_only_frame(picture), True
        return type(self)(tuple(frames), self.truth, tuple(is_truth))
