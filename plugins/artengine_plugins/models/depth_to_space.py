"""Depth to space and space to depth."""

from __future__ import annotations

from artengine.api import Tensor


def depth_to_space(x: Tensor, by: int) -> Tensor:
    """Rearrange `(B, H, W, by * by * C)` to `(B, by * H, by * W, C)`, which `keras.ops` lacks."""
    from keras import ops

    _, height, width, channels = ops.shape(x)
    # Move a row of pixels of a place at once: pieces of by * C numbers instead of C.
    x = ops.reshape(x, (-1, height, width, by, channels // by))
    x = ops.transpose(x, (0, 1, 3, 2, 4))
    return ops.reshape(x, (-1, height * by, width * by, channels // (by * by)))


def space_to_depth(x: Tensor, by: int) -> Tensor:
    """Rearrange `(B, by * H, by * W, C)` to `(B, H, W, by * by * C)`; inverts `depth_to_space`."""
    from keras import ops

    _, height, width, channels = ops.shape(x)
    x = ops.reshape(x, (-1, height // by, by, width // by, by * channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4))
    return ops.reshape(x, (-1, height // by, width // by, by * by * channels))
