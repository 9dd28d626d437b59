"""Random access to the frames of the training part of prepared footage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from artengine.frame import Picture
from artengine.train.footage import PreparedFootage
from artengine.train.frames import Frames


@dataclass(frozen=True)
class PreparedFrameSequence:
    """Frames by number, grouped into scenes; the argument of `Model.adapt`.

    Args:
        frames: the footage.
        scenes: frame numbers of each scene.
    """

    frames: Frames
    scenes: Sequence[range]

    @classmethod
    def of(cls, footage: PreparedFootage, *, stop: int, stride: int) -> Self:
        """Take every `stride`-th frame of the scenes before `stop`, the first held-out frame."""
        inside = [cut for cut in footage.manifest.cuts if 0 < cut < stop]
        scenes = zip([0, *inside], [*inside, stop], strict=True)
        return cls(
            Frames(footage.folder, footage.manifest),
            [range(first, last, stride) for first, last in scenes],
        )

    def __getitem__(self, number: int) -> Picture:
        """Return a frame, uint8 `(H, W, 3)`. Raise `TrainingError` if it cannot be read."""
        return self.frames[number]
