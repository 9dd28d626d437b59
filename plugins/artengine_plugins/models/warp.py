"""Take each pixel of a picture from elsewhere."""

from __future__ import annotations

from artengine.api import Tensor


def warp(image: Tensor, flow: Tensor, sharp: bool = False) -> tuple[Tensor, Tensor]:
    """Take each pixel from where the flow says it comes from.

    Args:
        image: float32 `(B, H, W, C)`.
        flow: float32 `(B, H, W, 2)`: how far the pixel has come, in pixels, across and down.
        sharp: interpolate between pixels as cubic convolution does (Keys, 1981), which a picture
            outlives hundreds of times; else linearly.

    Returns:
        The image moved, `(B, H, W, C)`, its border going on outside, and 1 where the pixel nearest
        to where it comes from is in the image, else 0, `(B, H, W, 1)`.
    """
    from keras import ops

    height, width, channels = image.shape[1:]
    row = ops.reshape(ops.arange(height, dtype="int32"), (1, height, 1))
    column = ops.reshape(ops.arange(width, dtype="int32"), (1, 1, width))
    # Whole pixels and the rest are told apart before the place comes in, so that a pixel is the
    # same wherever in a large frame it lies.
    up, back = ops.floor(-flow[..., 1]), ops.floor(-flow[..., 0])
    down, right = -flow[..., 1:] - up[..., None], -flow[..., :1] - back[..., None]
    top, left = row + ops.cast(up, "int32"), column + ops.cast(back, "int32")
    nearest_row = top + ops.cast(down[..., 0] >= 0.5, "int32")
    nearest_column = left + ops.cast(right[..., 0] >= 0.5, "int32")
    inside = (nearest_row >= 0) & (nearest_row < height)
    inside &= (nearest_column >= 0) & (nearest_column < width)

    batch = ops.shape(image)[0]
    first = ops.reshape(ops.arange(batch, dtype="int32") * (height * width), (-1, 1, 1))
    pixels = ops.reshape(image, (-1, channels))

    top, bottom = (ops.clip(top + n, 0, height - 1) * width + first for n in (0, 1))
    left, far = (ops.clip(left + n, 0, width - 1) for n in (0, 1))

    def at(index: Tensor) -> Tensor:
        return ops.take(pixels, index, axis=0)

    # Four gathers of rows: `ops.image.map_coordinates` takes half as long again.
    upper, lower = at(top + left), at(bottom + left)
    upper = upper + right * (at(top + far) - upper)
    lower = lower + right * (at(bottom + far) - lower)
    moved = upper + down * (lower - upper)
    if sharp:
        # Cubic convolution at t between two pixels is the linear one less t (1 - t) / 2 of the
        # second difference. Taken after the move it is exact where the flow is even, and spares
        # twelve gathers.
        moved = moved - right * (1.0 - right) / 2.0 * second_difference(moved, axis=2)
        moved = moved - down * (1.0 - down) / 2.0 * second_difference(moved, axis=1)
    return moved, ops.cast(inside, "float32")[..., None]


def second_difference(image: Tensor, axis: int) -> Tensor:
    """Of an image `(B, H, W, C)` along a side, of the same shape; 0 at the border."""
    from keras import ops

    padding = [(1, 1) if side == axis else (0, 0) for side in range(4)]
    return ops.pad(ops.diff(image, 2, axis=axis), padding)
