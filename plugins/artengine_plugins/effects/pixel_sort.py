"""Pixel sort: sort pixels in rows or columns by light."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.luma import Plane, luma


class PixelSort(Effect):
    """Pixels of a row or column are sorted by their light and streak the picture.

    After Kim Asendorf's ASDF Pixel Sort, 2010: each run of pixels whose light lies between two
    limits is sorted.
    """

    name: ClassVar[str] = "pixel-sort"
    uses_truth: ClassVar[bool] = False

    low: float = Param(0.25, ge=-1, le=1)
    """Darker pixels stay in place: none does below 0; at 1 only pixels brighter than white are
    sorted."""

    high: float = Param(0.85, ge=0, le=2)
    """Brighter pixels stay in place: all do at 0, none at 2. Nothing is sorted where `low` is
    above `high`."""

    direction: Literal["right", "left", "down", "up"] = "down"
    """Direction in which the bright pixels go."""

    longest: int = Param(96, ge=2, le=4096, unit="pixels")
    """Longest run; longer ones are cut at places that change with each frame: short streaks that
    shimmer at 2, whole rows at 4096."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Sort the runs."""
        height, width = frame.shape[:2]
        light = luma(frame)
        if self.direction in ("left", "up"):
            np.negative(light, out=light)
        if self.direction in ("right", "left"):
            places = self._order(light, now)
            places += np.arange(0, height * width, width)[:, None]
        else:
            turned = cv2.transpose(light).astype(np.float32, copy=False)
            places = np.ascontiguousarray(self._order(turned, now).T)
            places *= width
            places += np.arange(width)
        return frame.reshape(-1, 3).take(places, axis=0)

    def _order(self, light: Plane, now: FrameContext) -> npt.NDArray[np.intp]:
        """Return the source column of each pixel when rows are sorted by `light`."""
        height, width = light.shape
        outside = self._outside(light)
        cuts = outside.copy()
        cuts[:, 1:] |= outside[:, :-1]
        starts = now.rng.integers(0, self.longest, (height, 1), np.int32)
        cuts |= (np.arange(width, dtype=np.int32) + starts) % np.int32(self.longest) == 0
        # Sort one number per pixel, packed from run, light and column.
        bits = width.bit_length()
        word = np.uint32 if 2 * bits + 8 <= 32 else np.uint64
        finest = 2 ** min(16, np.iinfo(word).bits - 2 * bits) - 1
        shade = np.clip((light + np.float32(2.0)) / np.float32(4.0), 0.0, 1.0)
        shade *= np.float32(finest)
        order: npt.NDArray[np.unsignedinteger[Any]] = np.cumsum(cuts, axis=1, dtype=word)
        order *= word(finest + 1)
        order += shade.astype(word)
        order <<= word(bits)
        order |= np.arange(width).astype(word)
        order.sort(axis=1)
        order &= word(2**bits - 1)
        return order.astype(np.intp)

    def _outside(self, light: Plane) -> npt.NDArray[np.bool_]:
        low, high = self.low, self.high
        if self.direction in ("left", "up"):
            low, high = -high, -low
        return (light < np.float32(low)) | (light > np.float32(high))
