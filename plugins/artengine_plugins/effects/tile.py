"""Tile: the picture many times over."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Effect, Frame, FrameContext, Param


class Tile(Effect):
    """The picture is repeated in rows and columns like a wallpaper, small and whole each time."""

    name: ClassVar[str] = "tile"
    uses_truth: ClassVar[bool] = False

    count: float = Param(3.0, ge=1, le=64)
    """Number of copies side by side: one at 1; at 64 they are a weave. If it is not a whole number,
    the copies at the edge are cut."""

    mode: Literal["mirror", "repeat", "brick"] = "mirror"
    """`mirror`: every other copy is mirrored, so that there are no seams; `repeat`: all are alike;
    `brick`: every other row is shifted by half a copy."""

    x: float = Param(0.5, ge=0, le=1)
    """Horizontal position of the centre of one copy: the left edge at 0, the right edge at 1."""

    y: float = Param(0.5, ge=0, le=1)
    """Vertical position of the centre of one copy: the top at 0, the bottom at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Shrink the frame and lay it out."""
        height, width = frame.shape[:2]
        small_size = max(1, round(width / self.count)), max(1, round(height / self.count))
        small = cv2.resize(frame, small_size, interpolation=cv2.INTER_AREA).astype(np.float32)
        rows, row_numbers = self._places(height, small_size[1], self.y)
        columns, _ = self._places(width, small_size[0], self.x)
        tiled: Frame = small.take(rows, axis=0).take(columns, axis=1)
        if self.mode == "brick":
            moved: Frame = small.take(rows, axis=0).take(
                (columns + small_size[0] // 2) % small_size[0], axis=1
            )
            odd = row_numbers % 2 == 1
            tiled[odd] = moved[odd]
        return tiled

    def _places(
        self, length: int, small: int, share: float
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return the row or column of a copy that each place shows, and the number of the copy."""
        first = round(share * (length - 1)) - small // 2
        copies, places = np.divmod(np.arange(length) - first, small)
        if self.mode == "mirror":
            places = np.where(copies % 2 == 1, small - 1 - places, places)
        return places.astype(np.intp, copy=False), copies.astype(np.intp, copy=False)
