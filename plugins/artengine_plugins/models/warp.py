"""Backward warping."""

from __future__ import annotations

import numpy as np

from artengine.api import Tensor


def warp(image: Tensor, flow: Tensor, sharp: bool = False) -> tuple[Tensor, Tensor]:
    """Read each pixel from its source position, which is its own minus the flow.

    Args:
        image: float32 `(B, H, W, C)`.
        flow: float32 `(B, H, W, 2)`: how far each pixel has moved, in pixels, across and down.
        sharp: interpolate by cubic convolution (Keys, 1981), which keeps a picture crisp over
            hundreds of warps; otherwise linearly.

    Returns:
        The warped image, `(B, H, W, C)`, its border repeated outside; and 1 where the pixel nearest
        to the source position is inside the image, else 0, `(B, H, W, 1)`.
    """
    from keras import ops

    moved, back, rest = taken(corners(image), flow)
    right, down = ops.split(rest, 2, axis=-1)
    if sharp:
        # Cubic convolution at t between two pixels equals the linear one minus t (1 - t) / 2 of the
        # second difference. Applied after the warp it is exact for a constant flow, and saves
        # reading twelve more pixels.
        moved = moved - right * (1.0 - right) / 2.0 * second_difference(moved, axis=2)
        moved = moved - down * (1.0 - down) / 2.0 * second_difference(moved, axis=1)
    left, top = ops.split(back + ops.cast(rest >= 0.5, "int32"), 2, axis=-1)
    height, width = image.shape[1:3]
    row, column = rows_and_columns(height, width)
    inside = (row + top >= 0) & (row + top < height)
    inside &= (column + left >= 0) & (column + left < width)
    return moved, ops.cast(inside, "float32")


def corners(image: Tensor) -> Tensor:
    """Return the squares of two by two pixels of `(B, H, W, C)`, for `taken`.

    Returns:
        `(B, H+1, W+1, 4C)`: the upper and the lower pixel at the left, then those at the right. The
        first square lies above and left of the image, whose border is repeated outside.
    """
    from keras import ops

    wide = ops.pad(image, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
    pairs = ops.concatenate([wide[:, :-1], wide[:, 1:]], axis=-1)
    return ops.concatenate([pairs[:, :, :-1], pairs[:, :, 1:]], axis=-1)


def taken(squares: Tensor, flow: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Interpolate linearly between the pixels of squares from `corners`.

    Returns:
        The image at the source positions, `(B, H, W, C)`; the offset from each target to the upper
        left pixel of its square, across and down, int32 `(B, H, W, 2)`; and the position within the
        square, 0 to 1, float32 `(B, H, W, 2)`.
    """
    from keras import ops

    # Split off the fraction before adding the position, so that the result does not depend on the
    # position in a large frame.
    whole = ops.floor(-flow)
    rest = -flow - whole
    back = ops.cast(whole, "int32")
    left, top = ops.split(back, 2, axis=-1)
    batch, high, wide, channels = squares.shape
    row, column = rows_and_columns(high - 1, wide - 1)
    place = ops.clip(top + (row + 1), 0, high - 1) * wide + ops.clip(
        left + (column + 1), 0, wide - 1
    )
    if batch != 1:
        first = ops.arange(ops.shape(squares)[0], dtype="int32") * (high * wide)
        place = place + ops.reshape(first, (-1, 1, 1, 1))
    # One gather of four pixels: `ops.image.map_coordinates` takes longer to trace and to run.
    found = ops.take(ops.reshape(squares, (-1, channels)), ops.squeeze(place, -1), axis=0)
    right, down = ops.split(rest, 2, axis=-1)
    here, there = ops.split(found, 2, axis=-1)
    upper, lower = ops.split(here + right * (there - here), 2, axis=-1)
    return upper + down * (lower - upper), back, rest


def rows_and_columns(height: int, width: int) -> tuple[Tensor, Tensor]:
    """Return the indices of rows, int32 `(1, H, 1, 1)`, and of columns, `(1, 1, W, 1)`."""
    from keras import ops

    row, column = (np.arange(side, dtype=np.int32) for side in (height, width))
    return (
        ops.convert_to_tensor(row[None, :, None, None]),
        ops.convert_to_tensor(column[None, None, :, None]),
    )


def second_difference(image: Tensor, axis: int) -> Tensor:
    """Return the second difference of `(B, H, W, C)` along an axis, 0 at the border."""
    from keras import ops

    padding = [(1, 1) if side == axis else (0, 0) for side in range(4)]
    return ops.pad(ops.diff(image, 2, axis=axis), padding)
