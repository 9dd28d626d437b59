"""Bit planes: the picture's bits out of order."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Effect, Frame, FrameContext, Param, to_picture

_VALUES = np.arange(256)


class BitPlanes(Effect):
    """The bits of each value are dropped, turned round or mixed, and shades fall into bands."""

    name: ClassVar[str] = "bit-planes"
    uses_truth: ClassVar[bool] = False

    mode: Literal["rotate", "fold", "reverse", "keep"] = "rotate"
    """`rotate`: the highest bits become the lowest; `fold`: each bit is flipped where a higher one
    is set; `reverse`: the lowest bits come first; `keep`: only the highest are left."""

    planes: int = Param(1, ge=1, le=7)
    """How many bits are rotated, folded or kept: one at 1, seven at 7. `reverse` ignores it."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Rearrange the bits of each value."""
        table = self._values().astype(np.float32) / np.float32(255.0)
        return cv2.LUT(to_picture(frame), table[None]).astype(np.float32, copy=False)

    def _values(self) -> npt.NDArray[np.uint8]:
        """Return the new value of each of the 256 values."""
        if self.mode == "rotate":
            values = (_VALUES << self.planes) | (_VALUES >> (8 - self.planes))
        elif self.mode == "fold":
            values = _VALUES ^ (_VALUES << self.planes)
        elif self.mode == "reverse":
            bits = [((_VALUES >> bit) & 1) << (7 - bit) for bit in range(8)]
            values = np.bitwise_or.reduce(bits)
        else:
            # The brightest value that is left becomes white.
            values = (_VALUES >> (8 - self.planes)) * 255 // (2**self.planes - 1)
        return np.asarray(values & 255, np.uint8)
