"""Moving a picture beneath a network's grid, by other distances in every frame.

A network that enlarges has a grid: what it paints depends on where in a square of so many pixels a
pixel lies. In a dream what it adds to an edge comes back at the same place, and an effect that
strengthens edges grows stripes that stand on the grid. A picture that is moved by chance before the
network sees it, and moved back, meets the grid elsewhere each time, and what belongs to the grid
averages out. Mordvintsev, Olah and Tyka moved pictures so for DeepDream ("jitter", 2015).
"""

from __future__ import annotations

from artengine.api import Tensor
from artengine_plugins.models.pixels.chance import uniform

_OWN = 0x6A17
"""Makes a frame's seed another one than that of the model's other random numbers."""


def distances(seed: Tensor, most: int) -> Tensor:
    """By how many pixels down and across a picture is moved, int32 `(2,)`, from 0 to `most - 1`."""
    from keras import ops

    return ops.cast(uniform((2,), ops.bitwise_xor(seed, _OWN)) * most, "int32")


def moved(batch: Tensor, by: Tensor, size: tuple[int, int]) -> Tensor:
    """Move a batch down and to the right; its first and last rows and columns repeat.

    Args:
        batch: `(B, H, W, C)`.
        by: distances, int32 `(2,)`.
        size: height and width of the result, which is larger than the batch by the distances at
            least.
    """
    from keras import ops

    for axis, length in enumerate(size):
        there = ops.arange(length, dtype="int32") - by[axis]
        batch = ops.take(batch, ops.clip(there, 0, batch.shape[axis + 1] - 1), axis=axis + 1)
    return batch


def moved_back(batch: Tensor, by: Tensor, size: tuple[int, int]) -> Tensor:
    """What `moved` was given, of that height and width."""
    from keras import ops

    for axis, length in enumerate(size):
        batch = ops.take(batch, ops.arange(length, dtype="int32") + by[axis], axis=axis + 1)
    return batch


def moved_cells(batch: Tensor, by: Tensor, size: tuple[int, int], cell: int) -> Tensor:
    """Move a batch as `moved` does, by parts of its places: linearly interpolated.

    Args:
        batch: `(B, H, W, C)`, whose places stand for squares of `cell` pixels.
        by: distances in pixels, int32 `(2,)`.
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
