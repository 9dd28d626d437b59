"""Block glitch: blocks land in the wrong place."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, State
from artengine_plugins.imaging.places import shorter_side

Orders = npt.NDArray[np.float64]

_NO_FRACTIONS = np.empty((0, 0), np.uint16)
"""Passed to OpenCV in place of fractions of a pixel: positions are whole pixels."""


class BlockGlitch(Effect):
    """Blocks of the picture land in the wrong place or colours, as in a damaged stream."""

    name: ClassVar[str] = "block-glitch"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(0.15, ge=0, le=1)
    """Share of the blocks that are wrong: none at 0, all at 1. They come in runs, as in a damaged
    stream."""

    size: float = Param(0.06, ge=0.005, le=0.5)
    """Side of a block as a share of the frame's shorter side: crumbs at 0.005, quarters of the
    picture at 0.5."""

    distance: float = Param(0.3, ge=0, le=1)
    """How far a block may be moved, as a share of the frame: not at all at 0, anywhere at 1."""

    colour: float = Param(0.3, ge=0, le=1)
    """Share of the wrong blocks whose red, green and blue are swapped: none at 0, all at 1."""

    seconds: float = Param(0.15, ge=0, le=30, unit="seconds")
    """How long blocks stay wrong on average before others are chosen: one frame at 0, half a minute
    at 30."""

    _orders: Orders | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Put blocks in the wrong place."""
        height, width = frame.shape[:2]
        side = max(1, round(self.size * shorter_side(frame)))
        rows, columns = -(-height // side), -(-width // side)
        share = 1.0 if self.seconds == 0 else 1.0 - np.exp(-1.0 / (self.seconds * now.fps))
        renewed = now.rng.random() < share
        orders = self._orders
        if orders is None or orders.shape != (rows, columns, 4) or renewed:
            orders = _orders_of(now.rng, rows, columns)
        self._orders = orders
        wrong = orders[..., 0] < self.amount
        down, across = (
            np.rint(wrong * self.distance * length * (2.0 * orders[..., part] - 1.0)).astype(int)
            for part, length in ((1, height), (2, width))
        )
        # A block is one column of the first array and one row of the second.
        places = np.empty((height, width, 2), np.int16)
        beside = (np.arange(width) + across.repeat(side, axis=1)[:, :width]) % width
        places[..., 0] = beside.astype(np.int16).repeat(side, axis=0)[:height]
        below = (np.arange(height)[:, None] + down.repeat(side, axis=0)[:height]) % height
        places[..., 1] = below.astype(np.int16).repeat(side, axis=1)[:, :width]
        glitched = cv2.remap(frame, places, _NO_FRACTIONS, cv2.INTER_NEAREST)
        turned = wrong & (orders[..., 3] < self.colour)
        if turned.any():
            where = turned.astype(np.uint8).repeat(side, axis=0)[:height].repeat(side, axis=1)
            red, green, blue = cv2.split(glitched)
            cv2.copyTo(cv2.merge([green, blue, red]), where[:, :width], glitched)
        return glitched.astype(np.float32, copy=False)

    def reset(self) -> None:
        """Discard the random numbers of the blocks."""
        self._orders = None

    def state(self) -> State:
        """Return the random numbers of each block, float64 `(rows, columns, 4)`."""
        return {} if self._orders is None else {"orders": self._orders.copy()}

    def restore(self, state: State) -> None:
        """Restore the random numbers of the blocks."""
        self._orders = np.array(state["orders"], np.float64) if state else None


def _orders_of(rng: np.random.Generator, rows: int, columns: int) -> Orders:
    """Draw four numbers in 0..1 for each block; neighbours in a row mostly share them."""
    orders = rng.random((rows * columns, 4))
    starts = rng.random(rows * columns) < 0.35
    starts[0] = True
    first = np.maximum.accumulate(np.where(starts, np.arange(rows * columns), 0))
    return orders[first].reshape(rows, columns, 4)
