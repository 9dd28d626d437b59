"""Random shifts of a picture relative to a network's grid, new in every frame.

A network with upsampling layers has a grid: its output at a pixel depends on the pixel's position
in a square of the grid. In a dream, what it adds to an edge returns at the same position, and an
effect that sharpens edges grows stripes on the grid. If a picture is shifted randomly before the
network sees it and shifted back afterwards, it meets another part of the grid each time, and the
grid averages out. Mordvintsev, Olah and Tyka used this for DeepDream ("jitter", 2015).
"""

from __future__ import annotations

from artengine.api import Tensor
from artengine_plugins.models.pixels.chance import uniform

_OWN = 0x6A17
"""Separates this random stream from the model's other random numbers."""


def distances(seed: Tensor, most: int) -> Tensor:
    """Draw the shift of a picture in pixels down and across, int32 `(2,)`, 0 to `most - 1`."""
    from keras import ops

    return ops.cast(uniform((2,), ops.bitwise_xor(seed, _OWN)) * most, "int32")


def moved(batch: Tensor, by: Tensor, size: tuple[int, int]) -> Tensor:
    """Shift a batch down and to the right; its first and last rows and columns are repeated.

    Args:
        batch: `(B, H, W, C)`.
        by: the shift, int32 `(2,)`.
        size: height and width of the result, larger than the batch by at least the shift.
    """
    from keras import ops

    for axis, length in enumerate(size):
        there = ops.arange(length, dtype="int32") - by[axis]
        batch = ops.take(batch, ops.clip(there, 0, batch.shape[axis + 1] - 1), axis=axis + 1)
    return batch


def moved_back(batch: Tensor, by: Tensor, size: tuple[int, int]) -> Tensor:
    """Invert `moved`; `size` is the height and width of the original batch."""
    from keras import ops

    for axis, length in enumerate(size):
        batch = ops.take(batch, ops.arange(length, dtype="int32") + by[axis], axis=axis + 1)
    return batch


def moved_cells(batch: Tensor, by: Tensor, size: tuple[int, int], cell: int) -> Tensor:
    """Shift a batch like `moved`, by fractions of its places, with linear interpolation.

    Args:
        batch: `(B, H, W, C)`, whose places are squares of `cell` pixels.
        by: the shift in pixels, int32 `(2,)`.
        size: height and width of the result, in places.
    """
    from keras import ops

    for axis, length in enumerate(size):
        whole = by[axis] // cell
        part = ops.cast(by[axis] - whole * cell, "float32") / cell
        there = ops.arange(length, dtype="int32") - whole
        last = batch.shape[axis + 1] - 1
        here = ops.take(batch, ops.clip(there, 0, last), axis=axis + 1)
        before = ops.take(batch, ops.clip(there - 1, 0, last), axis=axis + 1)
        batch = (1.0 - part) * here + part * before
    return batch
