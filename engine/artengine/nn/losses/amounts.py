"""Losses that compare local amounts of detail or change, regardless of exact positions.

Pixelwise losses are minimised by the average of all possible futures, which has too little detail
and too little motion. These losses compare amounts in squares of 8 pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

LEAST = 1e-4
"""Added to amounts of detail before the square root; smaller detail is invisible."""

BANDS = 3
"""Octaves in which detail is compared, from single pixels up. With only one octave, a network could
satisfy the loss with a fine checkerboard, which is plain grey at a coarser scale."""

SQUARE = 8
"""Side of the squares, in pixels; at most that of the frame."""


def detail(truth: Any, prediction: Any, _last: Any) -> Any:
    """Return the mean absolute error of the square root of the squares' mean detail, averaged over
    octaves. The square root is used because a change is more visible where there is little detail.
    """
    off = 0.0
    sides = [_as_pictures(frames) for frames in (truth, prediction)]
    for band in range(BANDS):
        if band:
            sides = [_pooled(side, 2) for side in sides]
        # Halve the squares with the frame, so that they cover the same area.
        square = SQUARE >> band
        real, made = (ops.sqrt(_pooled(_fine(side), square) + LEAST) for side in sides)
        off += ops.mean(ops.abs(real - made))
    return off / BANDS


def change(truth: Any, prediction: Any, last: Any) -> Any:
    """Return the mean absolute error of the squares' mean change from frame to frame. The first
    frame is compared with the last frame of the context."""
    first = last[:, None]
    real, made = (
        _pooled(_as_pictures(ops.abs(ops.diff(frames, axis=1))), SQUARE)
        for frames in (ops.concatenate([first, side], axis=1) for side in (truth, prediction))
    )
    return ops.mean(ops.abs(real - made))


def _fine(pictures: Any) -> Any:
    """Return four times the absolute difference of pixels from a binomial blur, `(N, H, W, 3)`.

    Within the frame the blur removes all patterns with a period of two pixels, so they all count
    the same; differences of neighbours would weight them differently.
    """
    return 4.0 * ops.abs(pictures - blurred(pictures))


def blurred(pictures: Any) -> Any:
    """Blur pictures `(N, H, W, 3)` with a 3x3 binomial kernel; border pixels are repeated."""

    binomial = np.outer((1, 2, 1), (1, 2, 1)) / 16
    kernel = np.repeat(binomial[:, :, None, None], pictures.shape[-1], axis=2).astype("float32")

    def blur(given: Any) -> Any:
        # One depthwise convolution takes two thirds of the time of two 2x2 average poolings.
        return ops.depthwise_conv(_bordered(given), kernel, padding="valid")

    @ops.custom_gradient  # type: ignore[untyped-decorator]
    def with_gradient(given: Any) -> tuple[Any, Any]:
        def gradient(*given: Any, upstream: Any = None) -> Any:
            # The blur's matrix is symmetric, so its gradient is the same blur, which takes half the
            # time of the gradients of padding and pooling. Torch passes `upstream` by name.
            return blur(given[0] if upstream is None else upstream)

        return blur(given), gradient

    return with_gradient(pictures)


def _bordered(pictures: Any) -> Any:
    """Repeat the border pixels of `(N, H, W, C)` once, in half of the time of `ops.pad`."""
    _, height, width, colours = pictures.shape
    rows = ops.reshape(pictures, (-1, width * colours))
    rows = ops.concatenate([rows[:, :colours], rows, rows[:, -colours:]], axis=1)
    wide = ops.reshape(rows, (-1, height, (width + 2) * colours))
    wide = ops.concatenate([wide[:, :1], wide, wide[:, -1:]], axis=1)
    return ops.reshape(wide, (-1, height + 2, width + 2, colours))


def _as_pictures(frames: Any) -> Any:
    """Reshape frames `(B, T, H, W, 3)` to `(B * T, H, W, 3)`."""
    return ops.reshape(frames, (-1, *frames.shape[2:]))


def _pooled(pictures: Any, side: int) -> Any:
    """Return means over squares of `(N, H, W, 3)`; at the edge, over the pixels that exist."""
    height, width = pictures.shape[1:3]
    squares = (min(side, height), min(side, width))
    return ops.average_pool(pictures, squares, strides=squares, padding="same")
