"""Datamosh: the footage's motion drags the wrong picture along."""

from __future__ import annotations

from typing import ClassVar, TypeVar

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, Size, State, size_of
from artengine_plugins.imaging.copy_where import copy_where
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.motion import SIDE, Grey, motion, shrunk

Values = TypeVar("Values", Plane, npt.NDArray[np.bool_])


class Datamosh(Effect):
    """An old picture stays on the screen and is dragged about in blocks by the footage's motion.

    This is what a film with lost key frames looks like. Motion is found as in Farnebäck, "Two-frame
    motion estimation based on polynomial expansion", 2003.
    """

    name: ClassVar[str] = "datamosh"

    drag: float = Param(1.0, ge=-8, le=8)
    """How far blocks move with the motion: they stand still at 0, follow it at 1, are flung far at
    8, and far backwards at -8."""

    refresh: float = Param(0.04, ge=0, le=1)
    """Share of the blocks that show the new picture in each frame: at 0 the first picture stays
    for ever, at 1 nothing old is left."""

    block: int = Param(16, ge=1, le=256, unit="pixels")
    """Side of a block: a liquid smear at 1, great tiles at 256."""

    _held: Frame | None = PrivateAttr(default=None)
    _small: Grey | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Move the held picture with the motion, and renew some of its blocks."""
        size = size_of(frame)
        small, before, held = shrunk(now.truth), self._small, self._held
        if before is None or held is None or held.shape != frame.shape:
            held = frame.copy()
        else:
            across, down = self._motion(before, small, size)
            held = cv2.remap(
                held,
                across + np.arange(size[0], dtype=np.float32),
                down + np.arange(size[1], dtype=np.float32)[:, None],
                cv2.INTER_NEAREST,
                borderMode=cv2.BORDER_REPLICATE,
            ).astype(np.float32, copy=False)
            columns, rows = self._blocks(size)
            renewed = now.rng.random((rows, columns), np.float32) < self.refresh
            copy_where(self._spread(renewed, size), frame, held)
        self._held, self._small = held, small
        return held.copy()

    def _motion(self, before: Grey, after: Grey, size: Size) -> tuple[Plane, Plane]:
        """Return the offset to each pixel's previous position, across and down, `(H, W)` each."""
        flow = cv2.resize(motion(before, after), self._blocks(size), interpolation=cv2.INTER_AREA)
        # Round to whole pixels, so that the dragged picture stays crisp.
        steps = np.rint(flow * (self.drag * max(size) / SIDE)).astype(np.float32)
        steps = steps.reshape(*self._blocks(size)[::-1], 2)
        return self._spread(steps[..., 0], size), self._spread(steps[..., 1], size)

    def _blocks(self, size: Size) -> Size:
        """Return the number of blocks across and down."""
        return -(-size[0] // self.block), -(-size[1] // self.block)

    def _spread(self, values: Values, size: Size) -> Values:
        """Give each pixel the value of its block."""
        rows = np.repeat(values, self.block, axis=0)[: size[1]]
        return np.repeat(rows, self.block, axis=1)[:, : size[0]]

    def reset(self) -> None:
        """Discard the held picture."""
        self._held = self._small = None

    def state(self) -> State:
        """Return the held picture, float32 `(H, W, 3)`, and the last small one, uint8 `(h, w)`."""
        if self._held is None or self._small is None:
            return {}
        return {"held": self._held.copy(), "small": self._small.copy()}

    def restore(self, state: State) -> None:
        """Restore the held picture."""
        self.reset()
        if state:
            self._held = np.array(state["held"], np.float32)
            self._small = np.array(state["small"], np.uint8)
