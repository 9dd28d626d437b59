"""A loss that sees grids of a few pixels, which others hardly notice."""

from __future__ import annotations

from typing import Any

from keras import ops

PERIOD = 4
"""Distance of the grid's lines in pixels: networks enlarge by 4, or twice by 2."""

WINDOW = 8
"""Within so many periods across and down a grid counts as one: what differs from period to period
averages out, and what stays the same is left."""


def raster(truth: Any, prediction: Any, _last: Any) -> Any:
    """How strong a grid of 4 pixels the prediction has that the truth has not.

    Pixels are sorted by their place in squares of 4x4, their errors averaged over 8x8 squares, and
    the deviations of the 16 places from their common mean added up in absolute value, as a mean. A
    grid of one level above and below has the value of that level; noise has an eighth.
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
