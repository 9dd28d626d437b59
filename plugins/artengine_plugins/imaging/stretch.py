"""Stretches: frames scaled and shifted along their axes, with cubic filtering.

Such a warp is separable, and along an axis it is a product with a band matrix. Multiplying by small
pieces of the band takes less than half of the time of a two-dimensional warp, which weighs sixteen
pixels for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.api import Frame
from artengine_plugins.imaging.border import Border
from artengine_plugins.imaging.luma import Plane

Line: TypeAlias = tuple[float, float]
"""Source positions along an axis: place n of the result is read from `scale * n + start`."""

_Piece: TypeAlias = tuple[slice, slice, Plane]
"""Columns or rows of the result, those that they are read from, and the weights `(from, to)`.
Indices beyond the end wrap to the beginning."""

_SINGLE_THREADED = 1 << 18
"""Number of multiplications up to which OpenBLAS uses one thread; waking another takes longer.
Products across are smaller."""

_ROWS_A_PIECE, _COLUMNS_A_PIECE = 8, 5
"""Places of the result per piece. Larger pieces hold more zeros, pieces of columns three times as
many, because channels do not mix."""

_ROWS, _COLUMNS = 32 * _ROWS_A_PIECE, 104 * _COLUMNS_A_PIECE
"""Block that is processed in both directions before the next, to stay in the processor's cache."""

_SLOPE = -0.75
"""Slope of the cubic at a distance of one pixel, as in OpenCV."""


def stretched(frame: Frame, across: Line, down: Line, border: Border) -> Frame:
    """Read each pixel from a position that depends on its column across and on its row down.

    The weights are those of Keys, "Cubic convolution interpolation for digital image processing",
    1981.

    Args:
        frame: float32 `(H, W, 3)`.
        across, down: the source positions, in pixels; scales are above 0.
        border: what lies outside the frame.
    """
    height, width, channels = frame.shape
    given = np.ascontiguousarray(frame).reshape(height, width * channels)
    made = np.empty_like(given)
    columns = _pieces(width, across, border, channels, _COLUMNS_A_PIECE)
    rows = _vertical_pieces(height, down, border)
    for some_columns in _groups(columns, _COLUMNS // _COLUMNS_A_PIECE):
        left = min(source.start for _, source, _ in some_columns)
        right = max(source.stop for _, source, _ in some_columns)
        room = np.empty((min(_ROWS, height), right - left), np.float32)
        wide = max(1, _SINGLE_THREADED // rows[0][2].size)
        parts = [slice(start, start + wide) for start in range(0, right - left, wide)]
        for some_rows in _groups(rows, _ROWS // _ROWS_A_PIECE):
            top, bottom = some_rows[0][0].start, some_rows[-1][0].stop
            half, strip = room[: bottom - top], made[top:bottom]
            for to, source, weights in some_rows:
                seen = _read(_read(given, source, 0), slice(left, right), 1)
                for part in parts:
                    inside = half[to.start - top : to.stop - top, part]
                    np.matmul(weights, seen[:, part], out=inside)
            for to, source, weights in some_columns:
                near = half[:, source.start - left : source.stop - left]
                np.matmul(near, weights, out=strip[:, to])
    return made.reshape(frame.shape)


def _groups(pieces: Sequence[_Piece], count: int) -> Iterator[Sequence[_Piece]]:
    return (pieces[first : first + count] for first in range(0, len(pieces), count))


def _read(given: Plane, source: slice, axis: int) -> Plane:
    if source.stop <= given.shape[axis]:
        return given[:, source] if axis else given[source]
    return given.take(np.arange(source.start, source.stop), axis=axis, mode="wrap")


@lru_cache(maxsize=8)
def _vertical_pieces(length: int, line: Line, border: Border) -> Sequence[_Piece]:
    """Return the pieces of the vertical axis, with weights `(to, from)`."""
    pieces = _pieces(length, line, border, 1, _ROWS_A_PIECE)
    return [(to, source, np.ascontiguousarray(weights.T)) for to, source, weights in pieces]


@lru_cache(maxsize=8)
def _pieces(length: int, line: Line, border: Border, channels: int, count: int) -> Sequence[_Piece]:
    """Split an axis's matrix into pieces of `count` places each, without the zeros off the band.

    The last piece overlaps the one before it, so that all have the same shape.
    """
    count = min(count, length)
    firsts = [*range(0, length - count, count), length - count]
    column = np.arange(count)
    places, taps = _taps((np.array(firsts)[:, None] + column).ravel(), length, line, border)
    # 1. All pieces read as many source positions as the one that needs the most of them.
    lows = places.min(axis=0).reshape(-1, count).min(axis=1)
    reach = int((places.max(axis=0).reshape(-1, count).max(axis=1) - lows).max()) + 1
    if border != "wrap":
        lows = np.minimum(lows, length - reach)
    # 2. Where an edge is reflected, several taps fall on the same position.
    places = places.reshape(4, -1, count) - lows[:, None]
    places += np.arange(len(lows))[:, None] * reach
    size = len(lows) * reach * count
    band = np.bincount((places * count + column).ravel(), taps.ravel(), size)
    # 3. Channels are interleaved and do not mix.
    weights = np.zeros((len(lows), reach, channels, count, channels), np.float32)
    for channel in range(channels):
        weights[:, :, channel, :, channel] = band.reshape(-1, reach, count)
    tos = [slice(first * channels, (first + count) * channels) for first in firsts]
    if border == "wrap":
        lows %= length
    sources = [slice(low * channels, (low + reach) * channels) for low in lows.tolist()]
    matrices = weights.reshape(-1, reach * channels, count * channels)
    return list(zip(tos, sources, matrices, strict=True))


def _taps(
    numbers: npt.NDArray[np.int64], length: int, line: Line, border: Border
) -> tuple[npt.NDArray[np.int64], Plane]:
    """Return the four source positions of each place and their weights, `(4, n)` both."""
    scale, start = line
    at = scale * numbers + start
    first = np.floor(at)
    weights = _weights(at - first)
    places = first.astype(np.int64) + np.arange(-1, 3)[:, None]
    if border == "wrap":
        return places, weights
    if border == "reflect":
        places %= 2 * length
        return np.minimum(places, 2 * length - 1 - places), weights
    inside = np.clip(places, 0, length - 1)
    if border == "black":
        weights[places != inside] = 0.0
    return inside, weights


def _weights(past: npt.NDArray[np.float64]) -> Plane:
    """Return weights of the four pixels around a position `past` the second of them, 0..1."""
    near = np.stack([past, 1.0 - past])
    outer = _SLOPE * (((near + 1.0 - 5.0) * (near + 1.0) + 8.0) * (near + 1.0) - 4.0)
    inner = ((_SLOPE + 2.0) * near - (_SLOPE + 3.0)) * near * near + 1.0
    return np.stack([outer[0], inner[0], inner[1], outer[1]]).astype(np.float32)
