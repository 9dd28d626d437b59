"""Losses that ask how much of something there is about a place, wherever exactly it lies.

An average of all that might come is the best guess for losses that go by pixels, and has too
little detail and too little motion. These count what is there in squares of 8 pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

LEAST = 1e-4
"""Detail below which nothing is seen."""

BANDS = 3
"""Octaves in which detail is looked at, from single pixels up. In one alone, whatever is easiest
to paint would do: a fine checkerboard, which from a little farther off is plain grey."""

SQUARE = 8
"""Side of the squares, in pixels; that of the frame where it is smaller."""


def detail(truth: Any, prediction: Any, _last: Any) -> Any:
    """How far the mean detail of the squares is off in each octave, by its square root: of what has
    little detail the same step up or down is seen more."""
    off = 0.0
    sides = [_as_pictures(frames) for frames in (truth, prediction)]
    for band in range(BANDS):
        if band:
            sides = [_pooled(side, 2) for side in sides]
        # The same squares of the frame, halved as it is.
        square = SQUARE >> band
        real, made = (ops.sqrt(_pooled(_fine(side), square) + LEAST) for side in sides)
        off += ops.mean(ops.abs(real - made))
    return off / BANDS


def change(truth: Any, prediction: Any, last: Any) -> Any:
    """How far the mean change of the squares from frame to frame is off: each frame is held against
    the one before it, the first against the last one that the network was shown."""
    first = last[:, None]
    real, made = (
        _pooled(_as_pictures(ops.abs(ops.diff(frames, axis=1))), SQUARE)
        for frames in (ops.concatenate([first, side], axis=1) for side in (truth, prediction))
    )
    return ops.mean(ops.abs(real - made))


def _fine(pictures: Any) -> Any:
    """How far pixels stand out from what is about them, four times, `(N, H, W, 3)`.

    What is about them is a binomial blur, which within the frame leaves nothing of any pattern of
    two pixels: none of these is worth more than another, as they are to differences of neighbours.
    """
    return 4.0 * ops.abs(pictures - blurred(pictures))


def blurred(pictures: Any) -> Any:
    """Each pixel's binomial mean with those about it, `(N, H, W, 3)`; the border's pixels
    repeat."""

    binomial = np.outer((1, 2, 1), (1, 2, 1)) / 16
    kernel = np.repeat(binomial[:, :, None, None], pictures.shape[-1], axis=2).astype("float32")

    def blur(given: Any) -> Any:
        # One kernel for all colours, which takes two thirds of what two means of 2x2 pixels take.
        return ops.depthwise_conv(_bordered(given), kernel, padding="valid")

    @ops.custom_gradient  # type: ignore[untyped-decorator]
    def with_gradient(given: Any) -> tuple[Any, Any]:
        def gradient(*given: Any, upstream: Any = None) -> Any:
            # Its matrix is symmetric, so that the gradient is the same blur, which takes half as
            # long as the gradients of padding and pooling. Torch names the argument.
            return blur(given[0] if upstream is None else upstream)

        return blur(given), gradient

    return with_gradient(pictures)


def _bordered(pictures: Any) -> Any:
    """`(N, H, W, C)` with the border's pixels repeated once, in half of the time of `ops.pad`."""
    _, height, width, colours = pictures.shape
    rows = ops.reshape(pictures, (-1, width * colours))
    rows = ops.concatenate([rows[:, :colours], rows, rows[:, -colours:]], axis=1)
    wide = ops.reshape(rows, (-1, height, (width + 2) * colours))
    wide = ops.concatenate([wide[:, :1], wide, wide[:, -1:]], axis=1)
    return ops.reshape(wide, (-1, height + 2, width + 2, colours))


def _as_pictures(frames: Any) -> Any:
    """Frames `(B, T, H, W, 3)` as `(B * T, H, W, 3)`."""
    return ops.reshape(frames, (-1, *frames.shape[2:]))


def _pooled(pictures: Any, side: int) -> Any:
    """Means over the squares of `(N, H, W, 3)`; those that the edge cuts are of what is there."""
    height, width = pictures.shape[1:3]
    squares = (min(side, height), min(side, width))
    return ops.average_pool(pictures, squares, strides=squares, padding="same")
