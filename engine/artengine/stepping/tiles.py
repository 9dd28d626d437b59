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
"""Side of a tile in pixels; `auto`: the largest that `MEMORY_BUDGET` allows; `whole`: no tiles."""

MEMORY_BUDGET = 1 << 30
"""Bytes that a network may use for a prediction when tiles are chosen by `auto`."""

_UNKNOWN = 512.0
"""Bytes per pixel that a network is assumed to use if `bytes_per_pixel` returns None."""

_FRAME_BYTES = 12.0
"""Bytes per pixel of each frame of the context, and of the prediction, as passed to the runtime.
They come on top of the network's memory."""

_SMALL = 512 * 512
"""Frames of up to this many pixels are passed to the network whole, and the step pads them to the
size divisor. Only a network that uses 4 KiB per pixel would exceed the budget."""


@dataclass(frozen=True, slots=True)
class TileSpan:
    """A tile's extent along one side of a frame, in pixels.

    Args:
        start, stop: the range that the network sees; it may end beyond the frame.
        first, last: the range of the frame for which the tile's prediction is kept.
    """

    start: int
    stop: int
    first: int
    last: int

    @property
    def seen(self) -> slice:
        """The range of the frame that the network sees."""
        return slice(self.start, self.stop)

    @property
    def kept(self) -> slice:
        """The range of the frame that the prediction fills."""
        return slice(self.first, self.last)

    @property
    def inside(self) -> slice:
        """The same range in the tile's coordinates."""
        return slice(self.first - self.start, self.last - self.start)


def tile_spans(length: int, side: int, margin: int, size_divisor: int) -> tuple[TileSpan, ...]:
    """Cut a side of a frame into overlapping spans of one length.

    The outer spans end at the frame's edges, so that the network's padding there is the same as for
    the whole frame. At all other ends `margin` pixels are discarded.

    Args:
        length: the frame's side, in pixels.
        side: the maximum length of a span; a multiple of `size_divisor` above twice the margin.
        margin: the receptive field, rounded up to `size_divisor`.
        size_divisor: the number that divides the spans' starts and lengths.
    """
    padded = _up(length, size_divisor)
    if padded <= side:
        return (TileSpan(0, padded, 0, length),)
    inner = padded - 2 * margin
    # Use the fewest spans that suffice, and the shortest length for that number.
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
    """The tiling of frames of one size. All tiles have one shape, so that a step is traced once."""

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
        """Predict tile by tile, and assemble the tiles.

        Args:
            frames: the context, each float32 `(H, W, 3)`.
            predict: predicts a tile from its context; the second argument states how often the
                last row and the last column have to be repeated.
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
    """Decide how frames of a size are cut; return None if they are not.

    Frames of a model that declares no receptive field are never cut, and a warning is logged. Large
    frames whose sides the size divisor does not divide become one tile, padded to a multiple.

    Args:
        bytes_per_pixel: returns the network's memory per pixel, or None if it is unknown; called
            only for large frames with the setting "auto".

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
    """Return the side of a tile, or None if no tiles are needed."""
    if setting != "auto":
        return None if setting == "whole" else setting
    if pixels <= _SMALL:
        return None
    frames = _FRAME_BYTES * (model.context + 1)
    affordable = MEMORY_BUDGET / (frames + (bytes_per_pixel() or _UNKNOWN))
    return None if pixels <= affordable else math.isqrt(int(affordable))


def _filled_up(model: TiledModel, height: int, width: int) -> Tiles | None:
    """Return the whole frame as one tile if its sides need padding to the size divisor, else None.

    Padding in the step itself would copy the whole context each time.
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
