"""Channels laid out as pixels, and pixels as channels."""

from __future__ import annotations

from artengine.api import Tensor


def depth_to_space(x: Tensor, by: int) -> Tensor:
    """`(B, H, W, by * by * C)` to `(B, by * H, by * W, C)`; `keras.ops` has no such operation."""
    from keras import ops

    _, height, width, channels = ops.shape(x)
    # A row of pixels within a place stays together: pieces of by * C numbers are moved, not of C.
    x = ops.reshape(x, (-1, height, width, by, channels // by))
    x = ops.transpose(x, (0, 1, 3, 2, 4))
    return ops.reshape(x, (-1, height * by, width * by, channels // (by * by)))


def space_to_depth(x: Tensor, by: int) -> Tensor:
    """`(B, by * H, by * W, C)` to `(B, H, W, by * by * C)`: what `depth_to_space` undoes."""
    from keras import ops

    _, height, width, channels = ops.shape(x)
    x = ops.reshape(x, (-1, height // by, by, width // by, by * channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4))
    return ops.reshape(x, (-1, height // by, width // by, by * by * channels))
