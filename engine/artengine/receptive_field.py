"""The receptive field of a network, computed layer by layer."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The distance from a cut through the frame up to which a layer's output is affected by it.

    Start with `ReceptiveField()`, the frame itself, and follow the longest path through the
    network: each method returns the receptive field of the next layer. Layers use `padding="same"`,
    and frames are cut at multiples of the size divisor.

        ReceptiveField().conv(4, stride=4).conv(3).upsample(4).pixels

    Args:
        cells: the distance, in cells of the layer's feature map.
        stride: height and width of a cell, in pixels of the frame.
    """

    cells: int = 0
    stride: int = 1

    @property
    def pixels(self) -> int:
        """The distance, in pixels of the frame."""
        return self.cells * self.stride

    def conv(self, kernel: int, *, stride: int = 1, dilation: int = 1) -> Self:
        """Add a convolution or a pooling with a kernel of `kernel` cells."""
        width = (kernel - 1) * dilation + 1
        before = max(width - stride, 0) // 2
        after = width - stride - before
        cells = max(
            (self.cells + stride - 1 + after) // stride, math.ceil((self.cells + before) / stride)
        )
        return replace(self, cells=cells, stride=self.stride * stride)

    def transposed_conv(self, kernel: int, *, stride: int) -> Self:
        """Add a transposed convolution."""
        before = max(kernel - stride, 0) // 2
        after = kernel - stride - before
        cells = self.cells * stride + max(before, after, 0)
        return replace(self, cells=cells, stride=self._divided(stride))

    def upsample(self, by: int) -> Self:
        """Add nearest-neighbour upsampling, or a depth-to-space layer."""
        return replace(self, cells=self.cells * by, stride=self._divided(by))

    def interpolate(self, by: int) -> Self:
        """Add bilinear upsampling, which blends each cell into half of the next."""
        enlarged = self.upsample(by)
        return replace(enlarged, cells=enlarged.cells + by // 2)

    def look(self, cells: int) -> Self:
        """Add an operation that reads `cells` cells to each side, such as a blur or a warp."""
        return replace(self, cells=self.cells + cells)

    def joined(self, *others: Self) -> Self:
        """Return the largest of several layers of one size, for layers added or concatenated.

        Raises:
            ValueError: when their sizes differ.
        """
        if any(other.stride != self.stride for other in others):
            raise ValueError("layers of different sizes cannot be joined")
        return max(self, *others, key=lambda each: each.cells)

    def _divided(self, by: int) -> int:
        if self.stride % by:
            raise ValueError(f"cells of {self.stride} pixels do not divide by {by}")
        return self.stride // by
