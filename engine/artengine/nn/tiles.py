"""Tiles: large frames predicted piece by piece, as if they were whole."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np

from artengine.errors import UsageError
from artengine.frame import Frame
from artengine.nn.receptive_field import bytes_per_pixel, receptive_field_of
from artengine.nn.step_model import StepModel

logger = logging.getLogger("artengine")

Tile: TypeAlias = int | Literal["auto", "whole"]
"""Side of a tile in pixels; or as large as `ROOM` allows; or none at all."""

ROOM = 1 << 30
"""Bytes that a network may take while it predicts, as far as `auto` can tell."""

_UNKNOWN = 512.0
"""Bytes a pixel that a network is taken to need where it cannot be told."""

_BESIDE = 24.0
"""Bytes a pixel that each frame of the context takes beside the network, as it is cut out and as it
is handed over; and so does the prediction."""

_ALWAYS_WHOLE = 512 * 512
"""Pixels of a frame that is never cut: its network would have to take 4 KiB for each."""


@dataclass(frozen=True, slots=True)
class Span:
    """A tile's place along one side of a frame, in pixels.

    Args:
        start, stop: what the network is shown; it may end beyond the frame.
        first, last: what is kept of the prediction, counted in the frame.
    """

    start: int
    stop: int
    first: int
    last: int

    @property
    def seen(self) -> slice:
        """What is shown of the frame."""
        return slice(self.start, self.stop)

    @property
    def kept(self) -> slice:
        """Where the prediction goes in the frame."""
        return slice(self.first, self.last)

    @property
    def inside(self) -> slice:
        """What of the tile's prediction that is."""
        return slice(self.first - self.start, self.last - self.start)


def spans(length: int, side: int, margin: int, size_divisor: int) -> tuple[Span, ...]:
    """Cut a side of a frame into overlapping spans of one length.

    The frame's own border is that of its first and last span, so that what a network pads with at
    the border of its layers is the same there. Elsewhere `margin` pixels are not kept.

    Args:
        length: the frame's side, in pixels.
        side: a span's at most; a multiple of `size_divisor` above twice the margin.
        margin: the network's reach, rounded up to `size_divisor`.
        multiple: what spans begin at and divide by.
    """
    padded = _up(length, size_divisor)
    if padded <= side:
        return (Span(0, padded, 0, length),)
    inner = padded - 2 * margin
    # As many as are needed, and no longer than so many need to be.
    step = _up(math.ceil(inner / math.ceil(inner / (side - 2 * margin))), size_divisor)
    size = step + 2 * margin
    starts = [min(start, padded - size) for start in range(0, inner, step)]
    edges = [0, *(start + margin for start in starts[1:]), length]
    return tuple(
        Span(start, start + size, *kept)
        for start, kept in zip(starts, pairwise(edges), strict=True)
    )


@dataclass(frozen=True, slots=True)
class Tiles:
    """How frames of one size are cut. All tiles are of one shape, so that a step is traced once."""

    rows: tuple[Span, ...]
    columns: tuple[Span, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of a tile, in pixels."""
        row, column = self.rows[0], self.columns[0]
        return row.stop - row.start, column.stop - column.start

    def __len__(self) -> int:
        return len(self.rows) * len(self.columns)

    def predict(
        self, frames: Sequence[Frame], predict: Callable[[Sequence[Frame]], Frame]
    ) -> Frame:
        """Predict tile by tile and put the prediction together.

        Args:
            frames: the context, each float32 `(H, W, 3)`.
            predict: predicts a tile from its context.
        """
        whole = np.empty(frames[0].shape, np.float32)
        for row in self.rows:
            for column in self.columns:
                tile = predict([_cut(frame, row, column) for frame in frames])
                whole[row.kept, column.kept] = tile[row.inside, column.inside]
        return whole


def plan(model: StepModel, height: int, width: int, tile: Tile) -> Tiles | None:
    """Decide how frames of a size are cut; None for not at all.

    A model that remembers, samples or looks everywhere is never cut; a warning says so.

    Raises:
        UsageError: when tiles are wanted smaller than the model can use.
    """
    side = _side(model, height * width, tile)
    if side is None or max(height, width) <= side:
        return None
    reach = receptive_field_of(model)
    if reach is None:
        logger.warning(
            "%sframes of %dx%d are predicted whole, for this model carries a state, draws its "
            "frames or looks at all of a frame at once; lower dream.size if memory does not "
            "suffice",
            "" if tile == "auto" else f"dream.tile: {tile} cannot be done: ",
            width,
            height,
        )
        return None
    size_divisor = model.size_divisor
    margin = _up(reach, size_divisor)
    least = 2 * margin + size_divisor
    if tile != "auto" and side < least:
        raise UsageError(
            f"dream.tile: {tile} given; allowed: auto, whole, or {least} and more, for this model "
            f"looks {reach} pixels far"
        )
    side = max(_up(side, size_divisor), least)
    return Tiles(
        spans(height, side, margin, size_divisor), spans(width, side, margin, size_divisor)
    )


def _side(model: StepModel, pixels: int, tile: Tile) -> int | None:
    """The side of a tile, or None where none are needed."""
    if tile != "auto":
        return None if tile == "whole" else tile
    if pixels <= _ALWAYS_WHOLE:
        return None
    beside = _BESIDE * (model.context + 1)
    affordable = ROOM / (beside + (bytes_per_pixel(model) or _UNKNOWN))
    return None if pixels <= affordable else math.isqrt(int(affordable))


def _cut(frame: Frame, row: Span, column: Span) -> Frame:
    part = frame[row.seen, column.seen]
    down = row.stop - row.start - part.shape[0]
    right = column.stop - column.start - part.shape[1]
    if down or right:
        return np.pad(part, ((0, down), (0, right), (0, 0)), mode="edge")
    return np.ascontiguousarray(part)


def _up(number: int, size_divisor: int) -> int:
    return -(-number // size_divisor) * size_divisor
