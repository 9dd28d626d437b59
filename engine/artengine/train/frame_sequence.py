"""The part of prepared footage that a network learns from, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from artengine.frame import Picture
from artengine.train.footage import PreparedFootage
from artengine.train.frames import Frames


@dataclass(frozen=True)
class PreparedFrameSequence:
    """Frames by number, and which of them make up a scene; what `Model.adapt` is given.

    Args:
        frames: the footage.
        scenes: numbers of the frames of each scene.
    """

    frames: Frames
    scenes: Sequence[range]

    @classmethod
    def of(cls, footage: PreparedFootage, *, stop: int, stride: int) -> Self:
        """The frames before `stop`, where held-out footage begins, `stride` apart."""
        inside = [cut for cut in footage.manifest.cuts if 0 < cut < stop]
        scenes = zip([0, *inside], [*inside, stop], strict=True)
        return cls(
            Frames(footage.folder, footage.manifest),
            [range(first, last, stride) for first, last in scenes],
        )

    def __getitem__(self, number: int) -> Picture:
        """A frame, uint8 `(H, W, 3)`. Raises `TrainingError` where it cannot be read."""
        return self.frames[number]
