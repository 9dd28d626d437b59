"""Tiles: large frames predicted in overlapping pieces, with the same result."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np

from artengine.counts import counted
from artengine.errors import UsageError
from artengine.frame import Frame
from artengine.stepping.tiled_model import TiledModel

logger = logging.getLogger("artengine")

TileSetting: TypeAlias = int | Literal["auto", "whole"]
"""Side of a tile in pixels; or as large as `MEMORY_BUDGET` allows; or no tiles."""

MEMORY_BUDGET = 1 << 30
"""Bytes that a network may take while it predicts, where tiles are chosen by `auto`."""

_UNKNOWN = 512.0
"""Bytes a pixel that a network is assumed to take where `bytes_per_pixel` does not know."""

_FRAME_BYTES = 12.0
"""Bytes a pixel that each frame of the context, and the prediction, take beside the network, as
given to the runtime."""

_SMALL = 512 * 512
"""Pixels of a frame that is given to the network as it is. It is never cut, for its network would
have to take 4 KiB for each, and the step fills it up to the size divisor."""


@dataclass(frozen=True, slots=True)
class TileSpan:
    """A tile's place along one side of a frame, in pixels.

    Args:
        start, stop: what the network sees; it may end beyond the frame.
        first, last: what is kept of the prediction, in the frame.
    """

    start: int
    stop: int
    first: int
    last: int

    @property
    def seen(self) -> slice:
        """What the network sees of the frame."""
        return slice(self.start, self.stop)

    @property
    def kept(self) -> slice:
        """Where the prediction goes in the frame."""
        return slice(self.first, self.last)

    @property
    def inside(self) -> slice:
        """The same in the tile's prediction."""
        return slice(self.first - self.start, self.last - self.start)


def tile_spans(length: int, side: int, margin: int, size_divisor: int) -> tuple[TileSpan, ...]:
    """Cut a side of a frame into overlapping spans of one length.

    The first and the last span end where the frame does, so that a network's padding is the same
    there. Elsewhere `margin` pixels are not kept.

    Args:
        length: the frame's side, in pixels.
        side: a span's at most; a multiple of `size_divisor` above twice the margin.
        margin: the receptive field, rounded up to `size_divisor`.
        size_divisor: what spans begin at multiples of, and divide by.
    """
    padded = _up(length, size_divisor)
    if padded <= side:
        return (TileSpan(0, padded, 0, length),)
    inner = padded - 2 * margin
    # As many as are needed, and no longer than so many need to be.
    step = _up(math.ceil(inner / math.ceil(inner / (side - 2 * margin))), size_divisor)
    size = step + 2 * margin
    starts = [min(start, padded - size) for start in range(0, inner, step)]
    edges = [0, *(start + margin for start in starts[1:]), length]
    return tuple(
        TileSpan(start, start + size, *kept)
        for start, kept in zip(starts, pairwise(edges), strict=True)
    )


@dataclass(frozen=True, slots=True)
class Tiles:
    """How frames of one size are cut. All tiles are of one shape, so that a step is traced once."""

    rows: tuple[TileSpan, ...]
    columns: tuple[TileSpan, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of a tile, in pixels."""
        row, column = self.rows[0], self.columns[0]
        return row.stop - row.start, column.stop - column.start

    def __len__(self) -> int:
        return len(self.rows) * len(self.columns)

    def predict(
        self,
        frames: Sequence[Frame],
        predict: Callable[[Sequence[Frame], tuple[int, int]], Frame],
    ) -> Frame:
        """Predict tile by tile, and put the tiles together.

        Args:
            frames: the context, each float32 `(H, W, 3)`.
            predict: predicts a tile from its context, of which the last row and the last column
                are to be repeated so many times.
        """
        height, width = frames[0].shape[:2]
        prediction = np.empty(frames[0].shape, np.float32)
        for row in self.rows:
            for column in self.columns:
                missing = max(0, row.stop - height), max(0, column.stop - width)
                tile = predict([frame[row.seen, column.seen] for frame in frames], missing)
                prediction[row.kept, column.kept] = tile[row.inside, column.inside]
        return prediction


def plan_tiles(
    model: TiledModel,
    height: int,
    width: int,
    setting: TileSetting,
    bytes_per_pixel: Callable[[], float | None],
) -> Tiles | None:
    """Decide how frames of a size are cut; None for not at all.

    A model that declares no receptive field is never cut; a warning says so. Large frames that do
    not divide by the size divisor are one tile, which does.

    Args:
        bytes_per_pixel: what the network takes for each pixel, or None where that is unknown; asked
            where tiles are chosen by "auto", of large frames.

    Raises:
        UsageError: when tiles are to be smaller than the receptive field allows.
    """
    side = _side(model, height * width, setting, bytes_per_pixel)
    if side is None or max(height, width) <= side:
        return _filled_up(model, height, width)
    receptive_field = model.receptive_field()
    if receptive_field is None:
        logger.warning(
            "%sthis model can only predict frames of %dx%d whole, which takes much memory; if "
            "there is not enough, lower dream.size",
            "" if setting == "auto" else f"dream.tile: {setting} has no effect: ",
            width,
            height,
        )
        return _filled_up(model, height, width)
    size_divisor = model.size_divisor
    margin = _up(receptive_field, size_divisor)
    least = 2 * margin + size_divisor
    if setting != "auto" and side < least:
        raise UsageError(
            f"dream.tile: {setting} given; allowed: auto, whole, or {least} and more: this model's "
            f"receptive field is {counted(receptive_field, 'pixel')}"
        )
    side = max(_up(side, size_divisor), least)
    return Tiles(
        tile_spans(height, side, margin, size_divisor),
        tile_spans(width, side, margin, size_divisor),
    )


def _side(
    model: TiledModel,
    pixels: int,
    setting: TileSetting,
    bytes_per_pixel: Callable[[], float | None],
) -> int | None:
    """The side of a tile, or None where none are needed."""
    if setting != "auto":
        return None if setting == "whole" else setting
    if pixels <= _SMALL:
        return None
    frames = _FRAME_BYTES * (model.context + 1)
    affordable = MEMORY_BUDGET / (frames + (bytes_per_pixel() or _UNKNOWN))
    return None if pixels <= affordable else math.isqrt(int(affordable))


def _filled_up(model: TiledModel, height: int, width: int) -> Tiles | None:
    """The whole frame as a tile, where it does not divide.

    A step that fills frames up itself copies all of the context each time.
    """
    sides = _up(height, model.size_divisor), _up(width, model.size_divisor)
    if height * width <= _SMALL or sides == (height, width):
        return None
    rows, columns = (
        tile_spans(length, side, 0, model.size_divisor)
        for length, side in zip((height, width), sides, strict=True)
    )
    return Tiles(rows, columns)


def _up(number: int, size_divisor: int) -> int:
    return -(-number // size_divisor) * size_divisor
