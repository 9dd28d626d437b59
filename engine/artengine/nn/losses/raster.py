"""A loss for periodic grids of a few pixels, to which other losses are hardly sensitive."""

from __future__ import annotations

from typing import Any

from keras import ops

PERIOD = 4
"""Period of the grid in pixels, because networks upsample by 4, or twice by 2."""

WINDOW = 8
"""Number of periods across and down over which errors are averaged: errors that differ between
periods average out, and a constant grid remains."""


def raster(truth: Any, prediction: Any, _last: Any) -> Any:
    """Return the strength of a grid of 4 pixels that is in the prediction but not in the truth.

    Errors are grouped by their position in squares of 4x4 pixels and averaged over 8x8 squares; the
    result is the mean absolute deviation of the 16 positions from their common mean. A grid that
    alternates by plus and minus a level has the value of that level; noise has an eighth.
    """
    errors = ops.reshape(prediction - truth, (-1, *truth.shape[2:]))
    _, height, width, colours = errors.shape
    down, across = height // PERIOD, width // PERIOD
    if not down or not across:
        return 0.0 * ops.mean(errors)
    if (height, width) != (down * PERIOD, across * PERIOD):
        errors = errors[:, : down * PERIOD, : across * PERIOD]
    places = ops.reshape(errors, (-1, down, PERIOD, across, PERIOD, colours))
    places = ops.transpose(places, (0, 1, 3, 2, 4, 5))
    places = ops.reshape(places, (-1, down, across, PERIOD**2 * colours))
    window = (min(WINDOW, down), min(WINDOW, across))
    means = ops.average_pool(places, window, strides=window, padding="same")
    means = ops.reshape(means, (-1, PERIOD**2, colours))
    return ops.mean(ops.abs(means - ops.mean(means, axis=1, keepdims=True)))
