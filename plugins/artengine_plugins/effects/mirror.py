"""Mirror: show one side of the picture twice."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.mix import mix


class Mirror(Effect):
    """The picture folds along a line into a face, an inkblot, a lake."""

    name: ClassVar[str] = "mirror"
    uses_truth: ClassVar[bool] = False

    mode: Literal["horizontal", "vertical", "both"] = "horizontal"
    """`horizontal` makes left and right alike, `vertical` top and bottom, `both` all quarters."""

    keep: Literal["first", "second"] = "first"
    """Which side is shown twice: `first` is left and top, `second` is right and bottom."""

    position: float = Param(0.5, ge=0, le=1)
    """Position of the line: the left or top edge at 0, the middle at 0.5, the right or bottom edge
    at 1."""

    amount: float = Param(1.0, ge=0, le=1, field=True)
    """How much of the folded picture is taken: none at 0, a reflection in glass in between, all of
    it at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Fold the frame."""
        height, width = frame.shape[:2]
        folded = frame
        if self.mode != "vertical":
            folded = np.take(folded, self._fold(width), axis=1)
        if self.mode != "horizontal":
            folded = np.take(folded, self._fold(height), axis=0)
        return mix(frame, folded, self.amount, own=True)

    def _fold(self, length: int) -> npt.NDArray[np.intp]:
        """Return the row or column to show at each place; the mirror of place i is `line - i`."""
        last = length - 1
        line = round(2 * self.position * last)
        places = np.arange(length)
        opposite = line - places
        if self.keep == "first":
            folded = np.abs(np.minimum(places, opposite))
        else:
            folded = last - np.abs(last - np.maximum(places, opposite))
        return folded.astype(np.intp, copy=False)
