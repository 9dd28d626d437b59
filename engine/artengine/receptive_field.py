"""How far a network looks, added up layer by layer."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """How far changes on one side of a cut are felt on the other, from the frame to a layer.

    Begin with `ReceptiveField()`, the frame itself, and follow the longest way through the network:
    each method gives that of the next layer. Layers pad as `padding="same"` does, on frames that
    are cut at multiples of the size divisor.

        ReceptiveField().conv(4, stride=4).conv(3).upsample(4).pixels

    Args:
        cells: how far, in cells of the layer's feature map.
        stride: height and width of a cell, in pixels of the frame.
    """

    cells: int = 0
    stride: int = 1

    @property
    def pixels(self) -> int:
        """How far, in pixels of the frame."""
        return self.cells * self.stride

    def conv(self, kernel: int, *, stride: int = 1, dilation: int = 1) -> Self:
        """After a convolution or a pooling of `kernel` cells."""
        width = (kernel - 1) * dilation + 1
        before = max(width - stride, 0) // 2
        after = width - stride - before
        cells = max(
            (self.cells + stride - 1 + after) // stride, math.ceil((self.cells + before) / stride)
        )
        return replace(self, cells=cells, stride=self.stride * stride)

    def transposed_conv(self, kernel: int, *, stride: int) -> Self:
        """After a transposed convolution."""
        before = max(kernel - stride, 0) // 2
        after = kernel - stride - before
        cells = self.cells * stride + max(before, after, 0)
        return replace(self, cells=cells, stride=self._divided(stride))

    def upsample(self, by: int) -> Self:
        """After cells are repeated, or channels laid out as pixels."""
        return replace(self, cells=self.cells * by, stride=self._divided(by))

    def interpolate(self, by: int) -> Self:
        """After bilinear enlargement, which blends each cell into half of the next."""
        enlarged = self.upsample(by)
        return replace(enlarged, cells=enlarged.cells + by // 2)

    def look(self, cells: int) -> Self:
        """After anything that looks so many cells to each side, as a blur or a warp does."""
        return replace(self, cells=self.cells + cells)

    def joined(self, *others: Self) -> Self:
        """The farthest of several layers of one size, where they are added or concatenated.

        Raises:
            ValueError: when they are of different sizes.
        """
        if any(other.stride != self.stride for other in others):
            raise ValueError("layers of different sizes cannot be joined")
        return max(self, *others, key=lambda each: each.cells)

    def _divided(self, by: int) -> int:
        if self.stride % by:
            raise ValueError(f"cells of {self.stride} pixels do not divide by {by}")
        return self.stride // by
